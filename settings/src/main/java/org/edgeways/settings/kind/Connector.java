package org.edgeways.settings.kind;

import java.time.Duration;
import java.util.Optional;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.TextForm;

/** The inside end of the Link in front of an existing SIP server. */
public record Connector(
        @Key(
                says = "The SIP server that it stands in front of; the parameter transport says how it is reached.",
                form = TextForm.SIP_URI)
        String server,

        @Key(says = "How the connections to edge nodes are looked after.")
        Pool.Link link,

        @Key(says = "Transactions.") TransactionLimits transactions,

        @Key(says = "The listener for metrics and health.", restart = true)
        Optional<AdminListener> admin,

        @Key(
                says = "How often the certificate files are looked at.",
                usual = "10s",
                least = "100ms",
                most = "1d",
                restart = true)
        Duration certificateCheck) {}
