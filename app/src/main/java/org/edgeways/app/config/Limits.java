package org.edgeways.app.config;

import java.time.Duration;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.pool.PoolSettings;
import org.edgeways.pool.engine.MessageSettings;
import org.edgeways.pool.engine.RegistrarLimits;
import org.edgeways.pool.messages.MessageLimits;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.settings.text.Durations;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.SipConnectionSettings;

/**
 * Reads the {@code limits} of the configurations. Every key is the name of the limit in its record, where meaning and
 * default are written; an absent one takes the default.
 *
 * <table>
 *   <caption>Where the keys stand, and their ranges</caption>
 *   <tr><th>object</th><th>keys</th></tr>
 *   <tr><td>edge {@code outside.limits}, edge {@code link.limits}, pool {@code inside.limits}</td>
 *       <td>{@link AdmissionLimits}: {@code connections}, {@code connectionsPerSource}, {@code handshakes},
 *       {@code handshakesPerSource}, {@code connectionsPerSecondPerSource}, {@code connectionBurstPerSource} 1 to 1,000,000; {@code handshakeTimeout} 100 ms to 10 m</td></tr>
 *   <tr><td>edge {@code outside.limits}, pool {@code inside.limits}</td>
 *       <td>{@link SipLimits}, none above its default: {@code startLineBytes} and {@code uriBytes} from 256,
 *       {@code headerLines} from 32, {@code headerSectionBytes} from 4 KiB, {@code bodyBytes} from 0, {@code viaEntries}
 *       from 1</td></tr>
 *   <tr><td>edge {@code limits}, pool {@code limits}</td>
 *       <td>{@link SipEngineLimits}: counts 1 to 1,000,000, {@code branchesPerFork} to 1,000, {@code retryAfterSeconds} 1
 *       to 3,600</td></tr>
 *   <tr><td>edge {@code outside.limits}</td>
 *       <td>{@link SipConnectionSettings}: {@code incompleteMessage}, {@code stalled}, {@code webSocketPing} 1 s to 1 h,
 *       {@code idle} 1 s to 1 d, {@code queueBytes} 64 KiB to 1 GiB</td></tr>
 *   <tr><td>edge {@code limits}</td>
 *       <td>{@link EdgeLimits}: all counts 1 to 1,000,000; {@code window} and {@code firstBan} 1 s to 1 d,
 *       {@code longestBan} and {@code forgiveness} 1 s to 365 d, {@code longestBan} not below {@code firstBan}</td></tr>
 *   <tr><td>pool {@code limits}</td>
 *       <td>{@link RegistrarLimits}: {@code bindingsPerPerson}, {@code contactsPerRequest},
 *       {@code credentialsPerRequest} 1 to 1,000, {@code contactBytes} 64 to 65,536, {@code minimumExpiry},
 *       {@code defaultExpiry}, {@code maximumExpiry} 1 s to 30 d in that order, {@code flowTimer} 10 s to 1 h;
 *       {@link MessageLimits}: {@code messagesPerRecipient} 1 to 1,000,000, {@code bytesPerRecipient} and
 *       {@code bytesInAll} from 64 KiB to 1 TiB, {@code age} 1 m to 3,650 d;
 *       {@link MessageSettings}: {@code answerTime} 1 to 30 s, {@code firstRetry} 33 s to 1 h, {@code longestRetry} 33 s to
 *       1 d and not below {@code firstRetry}</td></tr>
 *   <tr><td>pool {@code limits.presence}</td>
 *       <td>{@link PresenceLimits}: counts 1 to 1,000,000, {@code contactsPerPerson} and {@code publicationsPerPerson} to
 *       1,000, {@code publicationBytes} from 1 KiB, {@code listBytes} from 16 KiB; expiries as above,
 *       {@code notifyInterval} and {@code restartQuiet} 0 to 1 h, {@code retry} 1 s to 1 h</td></tr>
 *   <tr><td>edge {@code link.limits}</td>
 *       <td>{@link SipConnectionSettings}: {@code linkSilence} 1 s to 1 d</td></tr>
 *   <tr><td>pool {@code link.limits}</td>
 *       <td>{@link LinkLimits}: {@code keepAlive}, {@code pongTimeout} and {@code longestBackOff} 1 s to 1 h; and
 *       {@code linkSilence}, the one of the edge nodes, which {@code keepAlive} and {@code pongTimeout} together must be
 *       less than</td></tr>
 * </table>
 */
final class Limits {

    private static final int MOST = 1_000_000;
    private static final int MOST_PER_REQUEST = 1_000;
    private static final int KIB_64 = 64 * 1024;
    private static final int GIB = 1 << 30;
    private static final long TIB = 1L << 40;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration YEAR = Duration.ofDays(365);

    /** A delivery's transactions have ended by then (64 times T1, RFC 3261 section 17.1.2.2), and none overlaps the next. */
    private static final Duration TRANSACTION_OVER = Duration.ofSeconds(33);

    private Limits() {}

    /** Limits of connections at accept. */
    static AdmissionLimits admission(JsonSection limits) {
        AdmissionLimits usual = AdmissionLimits.defaults();
        int perSource = count(limits, "connectionsPerSource", usual.connectionsPerSource());
        return new AdmissionLimits(
                count(limits, "connections", usual.connections()),
                perSource,
                count(limits, "handshakes", usual.handshakes()),
                count(limits, "handshakesPerSource", usual.handshakesPerSource()),
                limits.duration(
                        "handshakeTimeout", usual.handshakeTimeout(), Duration.ofMillis(100), Duration.ofMinutes(10)),
                count(limits, "connectionsPerSecondPerSource", usual.connectionsPerSecondPerSource()),
                count(limits, "connectionBurstPerSource", Math.max(usual.connectionBurstPerSource(), perSource)));
    }

    /** Limits of each connection. */
    static SipConnectionSettings connection(JsonSection limits) {
        SipConnectionSettings usual = SipConnectionSettings.DEFAULT;
        return usual.withMessage(size(limits))
                .withIncompleteMessage(limits.duration("incompleteMessage", usual.incompleteMessage(), SECOND, HOUR))
                .withIdle(limits.duration("idle", usual.idle(), SECOND, DAY))
                .withQueueBytes((int) limits.number("queueBytes", usual.queueBytes(), KIB_64, GIB))
                .withStalled(limits.duration("stalled", usual.stalled(), SECOND, HOUR))
                .withWebSocketPing(limits.duration("webSocketPing", usual.webSocketPing(), SECOND, HOUR));
    }

    /**
     * The size of messages. None is larger than its default: links and stored messages bear those, with what is added on
     * the way.
     */
    static SipLimits size(JsonSection limits) {
        SipLimits usual = SipLimits.DEFAULT;
        return new SipLimits(
                (int) limits.number("startLineBytes", usual.startLineBytes(), 256, usual.startLineBytes()),
                (int) limits.number("headerLines", usual.headerLines(), 32, usual.headerLines()),
                (int) limits.number(
                        "headerSectionBytes", usual.headerSectionBytes(), 4_096, usual.headerSectionBytes()),
                (int) limits.number("bodyBytes", usual.bodyBytes(), 0, usual.bodyBytes()),
                (int) limits.number("uriBytes", usual.uriBytes(), 256, usual.uriBytes()),
                (int) limits.number("viaEntries", usual.viaEntries(), 1, usual.viaEntries()));
    }

    /** Transactions at a time, of an edge for each shard. */
    static SipEngineLimits transactions(JsonSection limits) {
        SipEngineLimits usual = SipEngineLimits.DEFAULT;
        return new SipEngineLimits(
                count(limits, "serverTransactions", usual.serverTransactions()),
                count(limits, "serverTransactionsPerFlow", usual.serverTransactionsPerFlow()),
                count(limits, "clientTransactions", usual.clientTransactions()),
                count(limits, "acceptedInvites", usual.acceptedInvites()),
                count(limits, "acceptedInvitesPerFlow", usual.acceptedInvitesPerFlow()),
                perRequest(limits, "branchesPerFork", usual.branchesPerFork()),
                (int) limits.number("retryAfterSeconds", usual.retryAfterSeconds(), 1, HOUR.toSeconds()));
    }

    /** How long messages wait for devices, and when they are tried again. */
    private static MessageSettings messages(JsonSection limits) {
        MessageSettings usual = MessageSettings.DEFAULT;
        Duration first = limits.duration("firstRetry", usual.firstRetry(), TRANSACTION_OVER, HOUR);
        Duration read = limits.duration("longestRetry", usual.longestRetry(), TRANSACTION_OVER, DAY);
        Duration longest = noShorter(limits, "firstRetry", first, "longestRetry", read);
        return new MessageSettings(
                limits.duration("answerTime", usual.answerTime(), SECOND, Duration.ofSeconds(30)),
                first,
                longest,
                usual.batch());
    }

    /** The longest of growing times; told as a problem, and the first in its place, where the first is longer. */
    private static Duration noShorter(
            JsonSection limits, String firstKey, Duration first, String longestKey, Duration longest) {
        if (longest.compareTo(first) >= 0) {
            return longest;
        }
        limits.problem(
                limits.has(longestKey) ? longestKey : firstKey,
                firstKey + " (" + Durations.text(first) + ") must not be longer than " + longestKey + " ("
                        + Durations.text(longest) + ")");
        return first;
    }

    /** How long a link on which pings came may be silent. */
    static Duration linkSilence(JsonSection limits) {
        return limits.duration("linkSilence", SipConnectionSettings.DEFAULT.linkSilence(), SECOND, DAY);
    }

    /**
     * How the pool looks after its links, from a whole section. What the edge nodes bear stands in their own files; it is
     * repeated here where it is not the default, so that a pool whose links they would close does not start.
     */
    static LinkLimits link(JsonSection limits) {
        LinkLimits usual = LinkLimits.DEFAULT;
        LinkLimits read = new LinkLimits(
                limits.duration("keepAlive", usual.keepAlive(), SECOND, HOUR),
                limits.duration("pongTimeout", usual.pongTimeout(), SECOND, HOUR),
                limits.duration("longestBackOff", usual.longestBackOff(), SECOND, HOUR));
        Duration silence = linkSilence(limits);
        if (read.keepAlive().plus(read.pongTimeout()).compareTo(silence) >= 0) {
            String key =
                    limits.has("keepAlive") ? "keepAlive" : limits.has("pongTimeout") ? "pongTimeout" : "linkSilence";
            limits.problem(
                    key,
                    "keepAlive (" + Durations.text(read.keepAlive()) + ") and pongTimeout ("
                            + Durations.text(read.pongTimeout()) + ") together must be less than linkSilence ("
                            + Durations.text(silence)
                            + "), after which the edge nodes close a silent link; if it is longer"
                            + " in their link.limits, say the same here");
        }
        limits.end();
        return read;
    }

    /** The edge's own, from a whole section. */
    static EdgeLimits edge(JsonSection limits) {
        EdgeLimits usual = EdgeLimits.DEFAULT;
        Duration firstBan = limits.duration("firstBan", usual.firstBan(), SECOND, DAY);
        Duration readBan = limits.duration("longestBan", usual.longestBan(), SECOND, YEAR);
        Duration longestBan = noShorter(limits, "firstBan", firstBan, "longestBan", readBan);
        EdgeLimits read = new EdgeLimits(
                count(limits, "requestsPerSecond", usual.requestsPerSecond()),
                count(limits, "requestBurst", usual.requestBurst()),
                count(limits, "failedCredentials", usual.failedCredentials()),
                count(limits, "scanRequests", usual.scanRequests()),
                limits.duration("window", usual.window(), SECOND, DAY),
                firstBan,
                longestBan,
                limits.duration("forgiveness", usual.forgiveness(), SECOND, YEAR),
                count(limits, "sources", usual.sources()),
                count(limits, "bans", usual.bans()),
                count(limits, "peoplePerConnection", usual.peoplePerConnection()),
                count(limits, "contactsPerPerson", usual.contactsPerPerson()),
                count(limits, "contactsPerRegister", usual.contactsPerRegister()),
                count(limits, "addressLength", usual.addressLength()));
        limits.end();
        return read;
    }

    /** The pool's, from a whole section and the one of its listener inside. */
    static PoolSettings.Limits pool(JsonSection limits, JsonSection inside, PresenceDefault presenceDefault) {
        PoolSettings.Limits usual = PoolSettings.Limits.DEFAULT;
        MessageLimits waiting = usual.waiting();
        PoolSettings.Limits read = new PoolSettings.Limits(
                registrar(limits),
                messages(limits),
                new PresenceSettings(presenceDefault, presence(limits.sectionOrEmpty("presence"))),
                new MessageLimits(
                        count(limits, "messagesPerRecipient", waiting.messagesPerRecipient()),
                        limits.number("bytesPerRecipient", waiting.bytesPerRecipient(), KIB_64, TIB),
                        limits.number("bytesInAll", waiting.bytesInAll(), KIB_64, TIB),
                        limits.duration("age", waiting.age(), Duration.ofMinutes(1), YEAR.multipliedBy(10))),
                admission(inside),
                size(inside),
                transactions(limits),
                usual.link());
        limits.end();
        return read;
    }

    private static RegistrarLimits registrar(JsonSection limits) {
        RegistrarLimits usual = RegistrarLimits.DEFAULT;
        Expiries expiries =
                expiries(limits, new Expiries(usual.minimumExpiry(), usual.defaultExpiry(), usual.maximumExpiry()));
        return new RegistrarLimits(
                perRequest(limits, "bindingsPerPerson", usual.bindingsPerPerson()),
                perRequest(limits, "contactsPerRequest", usual.contactsPerRequest()),
                (int) limits.number("contactBytes", usual.contactBytes(), 64, KIB_64),
                perRequest(limits, "credentialsPerRequest", usual.credentialsPerRequest()),
                expiries.least(),
                expiries.usual(),
                expiries.most(),
                limits.duration("flowTimer", usual.flowTimer(), Duration.ofSeconds(10), HOUR));
    }

    /** Those of subscriptions and presence, from a whole section. */
    static PresenceLimits presence(JsonSection limits) {
        PresenceLimits usual = PresenceLimits.DEFAULT;
        Expiries expiries =
                expiries(limits, new Expiries(usual.minimumExpiry(), usual.defaultExpiry(), usual.maximumExpiry()));
        PresenceLimits read = new PresenceLimits(
                count(limits, "subscriptions", usual.subscriptions()),
                count(limits, "subscriptionsPerWatcher", usual.subscriptionsPerWatcher()),
                count(limits, "listSubscriptionsPerWatcher", usual.listSubscriptionsPerWatcher()),
                count(limits, "subscriptionsPerPair", usual.subscriptionsPerPair()),
                count(limits, "subscriptionsPerPerson", usual.subscriptionsPerPerson()),
                expiries.least(),
                expiries.usual(),
                expiries.most(),
                limits.duration("notifyInterval", usual.notifyInterval(), Duration.ZERO, HOUR),
                count(limits, "notifiesPerWatcher", usual.notifiesPerWatcher()),
                limits.duration("retry", usual.retry(), SECOND, HOUR),
                limits.duration("restartQuiet", usual.restartQuiet(), Duration.ZERO, HOUR),
                perRequest(limits, "publicationsPerPerson", usual.publicationsPerPerson()),
                (int) limits.number("publicationBytes", usual.publicationBytes(), 1_024, MOST),
                (int) limits.number("contactsPerPerson", usual.contactsPerPerson(), 1, 1_000),
                (int) limits.number("listBytes", usual.listBytes(), 16 * 1_024, MOST),
                count(limits, "decisionsPerPerson", usual.decisionsPerPerson()),
                count(limits, "waitingPerPerson", usual.waitingPerPerson()));
        limits.end();
        return read;
    }

    /** Shortest, usual and longest life of something that is refreshed. */
    private record Expiries(Duration least, Duration usual, Duration most) {}

    private static Expiries expiries(JsonSection limits, Expiries usual) {
        Expiries read = new Expiries(
                limits.duration("minimumExpiry", usual.least(), SECOND, MONTH),
                limits.duration("defaultExpiry", usual.usual(), SECOND, MONTH),
                limits.duration("maximumExpiry", usual.most(), SECOND, MONTH));
        if (read.usual().compareTo(read.least()) >= 0 && read.most().compareTo(read.usual()) >= 0) {
            return read;
        }
        String key = limits.has("defaultExpiry")
                ? "defaultExpiry"
                : limits.has("minimumExpiry") ? "minimumExpiry" : "maximumExpiry";
        limits.problem(
                key,
                "defaultExpiry (" + Durations.text(read.usual()) + ") must be from minimumExpiry ("
                        + Durations.text(read.least()) + ") to maximumExpiry (" + Durations.text(read.most()) + ")");
        return usual;
    }

    private static int count(JsonSection limits, String key, int usual) {
        return (int) limits.number(key, usual, 1, MOST);
    }

    private static int perRequest(JsonSection limits, String key, int usual) {
        return (int) limits.number(key, usual, 1, MOST_PER_REQUEST);
    }
}
