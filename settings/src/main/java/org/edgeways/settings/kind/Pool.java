package org.edgeways.settings.kind;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.edgeways.settings.form.Checked;
import org.edgeways.settings.form.Key;
import org.edgeways.settings.form.Retired;
import org.edgeways.settings.form.TextForm;
import org.edgeways.settings.form.Word;
import org.edgeways.settings.text.Durations;

/** An inside server. */
@Retired(key = "data", instead = "edgeways pool --data DIR says where its data is")
@Retired(key = "sipDomains", instead = "they are in the document of kind Organisation")
public record Pool(
        @Key(says = "What clients inside see and connect to.")
        Inside inside,

        @Key(says = "What digest authentication offers, the same to everybody.", usual = "MD5", atLeast = 1, atMost = 3)
        List<DigestAlgorithm> digestAlgorithms,

        @Key(
                says = "What holds for a watcher about whom a person has decided nothing.",
                usual = "allow",
                restart = true)
        PresenceDefault presenceDefault,

        @Key(
                says = "How long credentials for relays (the role av of edge nodes) are good that a client gets at"
                        + " /av/v1/credentials, or edgeways user device add --turn prints. Those that people get inside, also who may not be outside, are good"
                        + " outside too for as long.",
                usual = "8h",
                least = "1m",
                most = "180d")
        Duration relayCredentials,

        @Key(says = "How the connections to edge nodes that carry SIP are looked after.")
        Link link,

        @Key(says = "Limits of the Link, which carries settings and services.")
        LinkStreams.Inside streams,

        @Key(says = "Limits of sign-ins, messages and presence.")
        PoolLimits limits,

        @Key(says = "The listener for metrics and health.", restart = true)
        Optional<AdminListener> admin,

        @Key(says = "How often the certificate files are looked at.", usual = "10s", least = "100ms", most = "1d")
        Duration certificateCheck)
        implements Checked {

    /** Algorithms of digest authentication (RFC 7616). */
    public enum DigestAlgorithm implements Word {
        /** What every client knows. */
        MD5("MD5"),
        /** SHA-256. */
        SHA_256("SHA-256"),
        /** SHA-512, cut to 256 bits. */
        SHA_512_256("SHA-512-256");

        private final String word;

        DigestAlgorithm(String word) {
            this.word = word;
        }

        @Override
        public String word() {
            return word;
        }
    }

    /** What a watcher sees before the person has decided. */
    public enum PresenceDefault {
        /** The presence. */
        ALLOW,
        /** Nothing until the person has decided. */
        ASK,
        /** Nothing. */
        BLOCK
    }

    /** The listener for clients inside. */
    @Retired(key = "key", instead = "name a document of kind Certificate in certificate")
    @Retired(key = "limits", instead = "they are in admission and message, beside it")
    public record Inside(
            @Key(
                    says = "The name in Via and Record-Route that clients inside see.",
                    form = TextForm.HOST,
                    restart = true)
            String host,

            @Key(says = "Other names and addresses by which clients reach it.", usual = "", form = TextForm.HOST)
            List<String> aliases,

            @Key(
                    says = "Local addresses to listen on; without it, all.",
                    usual = "0.0.0.0, ::",
                    form = TextForm.ADDRESS,
                    atLeast = 1,
                    restart = true)
            List<String> addresses,

            @Key(
                    says = "The port of SIP over TLS, and of HTTPS for relay credentials.",
                    usual = "5061",
                    least = "1",
                    most = "65535",
                    restart = true)
            int sipTlsPort,

            @Key(
                    says = "Web origins whose pages may ask for relay credentials there; without any, none.",
                    usual = "",
                    form = TextForm.WEB_ORIGIN,
                    atMost = 1_000)
            List<String> origins,

            @Key(says = "The certificate that clients are shown.", form = TextForm.NAME, refers = "Certificate")
            String certificate,

            @Key(says = "Connections of clients inside.") Admission admission,
            @Key(says = "The size of their messages.") MessageSize message)
            implements Checked {

        public Inside {
            aliases = List.copyOf(aliases);
            addresses = List.copyOf(addresses);
            origins = List.copyOf(origins);
        }

        @Override
        public void check(Disagreements found) {
            Twice.tell("addresses", addresses, found);
        }
    }

    /** How connections to edge nodes are looked after. */
    @Retired(key = "edges", instead = "each is a document of kind EdgeNode")
    @Retired(key = "certificate", instead = "the inside issues it")
    @Retired(key = "key", instead = "the inside makes it")
    @Retired(key = "authority", instead = "the inside holds it")
    @Retired(key = "limits", instead = "keepAlive, pongTimeout and longestBackOff stand here without it")
    public record Link(
            @Key(says = "The interval of pings.", usual = "30s", least = "1s", most = "1h")
            Duration keepAlive,

            @Key(says = "How long a ping may stay unanswered.", usual = "10s", least = "1s", most = "1h")
            Duration pongTimeout,

            @Key(
                    says = "The longest pause before a lost connection is dialled again.",
                    usual = "30s",
                    least = "1s",
                    most = "1h")
            Duration longestBackOff) {

        /** In words, for a problem: what an edge node must bear. */
        public String silence() {
            return "keepAlive (" + Durations.text(keepAlive) + ") and pongTimeout (" + Durations.text(pongTimeout)
                    + ")";
        }
    }

    public Pool {
        digestAlgorithms = List.copyOf(digestAlgorithms);
    }

    @Override
    public void check(Disagreements found) {
        Twice.tell(
                "digestAlgorithms",
                digestAlgorithms.stream().map(DigestAlgorithm::word).toList(),
                found);
    }
}
