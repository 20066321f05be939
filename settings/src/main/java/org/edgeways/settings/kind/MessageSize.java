package org.edgeways.settings.kind;

import org.edgeways.settings.form.Key;

/** The size of a SIP message. None may be larger than usual: what stores and forwards them bears no more. */
public record MessageSize(
        @Key(says = "The longest start line; past it 414.", usual = "8KiB", least = "256", most = "8192", bytes = true)
        int startLineBytes,

        @Key(says = "Most header lines.", usual = "256", least = "32", most = "256")
        int headerLines,

        @Key(
                says = "The largest header section with the start line.",
                usual = "64KiB",
                least = "4096",
                most = "65536",
                bytes = true)
        int headerSectionBytes,

        @Key(says = "The largest body.", usual = "1MiB", least = "0", most = "1048576", bytes = true)
        int bodyBytes,

        @Key(
                says = "The longest URI of the request line and of the headers that route.",
                usual = "4KiB",
                least = "256",
                most = "4096",
                bytes = true)
        int uriBytes,

        @Key(says = "Most Via entries of a request; past it 483.", usual = "70", least = "1", most = "70")
        int viaEntries) {}
