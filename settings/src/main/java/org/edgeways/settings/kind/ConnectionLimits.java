package org.edgeways.settings.kind;

import java.time.Duration;
import org.edgeways.settings.form.Key;

/** Limits of one connection of a client. */
public record ConnectionLimits(
        @Key(says = "How long a message that has begun may stay incomplete.", usual = "30s", least = "1s", most = "1h")
        Duration incompleteMessage,

        @Key(says = "How long nothing may come, keep-alives counted.", usual = "15m", least = "1s", most = "1d")
        Duration idle,

        @Key(
                says = "How much may be queued to a slow receiver.",
                usual = "1MiB",
                least = "65536",
                most = "1073741824",
                bytes = true)
        int queueBytes,

        @Key(
                says = "How long the receiver may take nothing of what is queued.",
                usual = "30s",
                least = "1s",
                most = "1h")
        Duration stalled,

        @Key(
                says = "The interval of pings on a WebSocket; the pong must come within one.",
                usual = "25s",
                least = "1s",
                most = "1h")
        Duration webSocketPing) {}
