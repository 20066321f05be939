package org.edgeways.settings.kind;

import java.time.Duration;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.text.Durations;

/** Limits of a pool. */
public record PoolLimits(
        @Key(says = "Sign-ins.") Registrar registrar,
        @Key(says = "Delivery of messages.") Delivery delivery,
        @Key(says = "Messages that wait for people.") Waiting waiting,

        @Key(says = "Subscriptions, publications and contacts.", restart = true)
        PresenceLimits presence,

        @Key(says = "Transactions.") TransactionLimits transactions) {

    /** Sign-ins. */
    public record Registrar(
            @Key(
                    says =
                            "Most devices of one person at a time; past it the one that was refreshed longest ago is dropped.",
                    usual = "10",
                    least = "1",
                    most = "1000")
            int bindingsPerPerson,

            @Key(says = "Most contacts in one REGISTER; past it 403.", usual = "10", least = "1", most = "1000")
            int contactsPerRequest,

            @Key(
                    says = "The longest contact with its parameters, and the longest Path in all; past it 403.",
                    usual = "2KiB",
                    least = "64",
                    most = "65536",
                    bytes = true)
            int contactBytes,

            @Key(
                    says = "Most lines with credentials that are looked at; past it 403.",
                    usual = "4",
                    least = "1",
                    most = "1000")
            int credentialsPerRequest,

            @Key(
                    says = "The shortest registration; a shorter one is refused with 423.",
                    usual = "1m",
                    least = "1s",
                    most = "30d")
            Duration minimumExpiry,

            @Key(says = "When the device names none.", usual = "1h", least = "1s", most = "30d")
            Duration defaultExpiry,

            @Key(
                    says = "The longest registration; a longer one is shortened.",
                    usual = "2h",
                    least = "1s",
                    most = "30d")
            Duration maximumExpiry,

            @Key(
                    says = "How long a connection with outbound may be silent (RFC 5626 section 4.4.1).",
                    usual = "2m",
                    least = "10s",
                    most = "1h")
            Duration flowTimer)
            implements Checked {

        @Override
        public void check(Disagreements found) {
            expiries(minimumExpiry, defaultExpiry, maximumExpiry, found);
        }
    }

    /** How long messages wait for devices, and when they are tried again. */
    public record Delivery(
            @Key(
                    says = "How long the devices may take to answer before a message is stored.",
                    usual = "10s",
                    least = "1s",
                    most = "30s")
            Duration answerTime,

            @Key(
                    says = "How long after a failed delivery the next one is tried if no device signs in before.",
                    usual = "35s",
                    least = "33s",
                    most = "1h")
            Duration firstRetry,

            @Key(says = "Up to which that time doubles.", usual = "10m", least = "33s", most = "1d")
            Duration longestRetry)
            implements Checked {

        @Override
        public void check(Disagreements found) {
            if (longestRetry.compareTo(firstRetry) < 0) {
                found.add(
                        "longestRetry",
                        "(" + Durations.text(longestRetry) + ") must not be shorter than firstRetry ("
                                + Durations.text(firstRetry) + ")");
            }
        }
    }

    /** How much may wait for absent people. */
    public record Waiting(
            @Key(says = "Most messages for one person.", usual = "1000", least = "1", most = "1000000")
            int messagesPerRecipient,

            @Key(
                    says = "Most bytes of whole messages for one person.",
                    usual = "16MiB",
                    least = "65536",
                    most = "1099511627776",
                    bytes = true)
            long bytesPerRecipient,

            @Key(
                    says = "Most bytes for all people together.",
                    usual = "1GiB",
                    least = "65536",
                    most = "1099511627776",
                    bytes = true)
            long bytesInAll,

            @Key(says = "How long a message waits before it is dropped.", usual = "30d", least = "1m", most = "3650d")
            Duration age) {}

    /** The order of expiries. */
    static void expiries(Duration least, Duration usual, Duration most, Checked.Disagreements found) {
        if (usual.compareTo(least) < 0 || most.compareTo(usual) < 0) {
            found.add(
                    "defaultExpiry",
                    "(" + Durations.text(usual) + ") must be from minimumExpiry (" + Durations.text(least)
                            + ") to maximumExpiry (" + Durations.text(most) + ")");
        }
    }
}
