package org.edgeways.siptransport;

import java.time.Duration;
import org.edgeways.sip.message.SipLimits;

/**
 * Limits of one connection.
 *
 * @param message limits of one message
 * @param incompleteMessage how long a message that has begun may stay incomplete; default 30 s
 * @param idle how long nothing may come, keep-alives counted; default 15 minutes
 * @param queueBytes how much may be queued to a slow receiver; default 1 MiB. A message is taken however large it is if not half
 *     of that waits. Responses may fill as much again behind the largest message; on a link, requests of more than 16 KiB
 *     may fill half of it
 * @param stalled how long the receiver may take nothing of what is queued; default 30 s
 * @param webSocketPing interval of our pings on a WebSocket; the pong must come within one interval; default 25 s
 * @param linkSilence how long nothing may come on a link whose other end has pinged before; default 60 s, which must be
 *     more than {@link SipDialerSettings#keepAlive} and {@link SipDialerSettings#pongTimeout} together
 * @param linkUnanswered how long nothing may come on a link after something was sent until new messages take other links
 *     and the other end is asked whether it lives, which it must answer within the same time; keep-alives do not count, whose
 *     answers {@link SipDialerSettings#pongTimeout} bounds, nor the time in which the question itself is not taken, which
 *     {@code stalled} bounds; default 5 s
 */
public record SipConnectionSettings(
        SipLimits message,
        Duration incompleteMessage,
        Duration idle,
        int queueBytes,
        Duration stalled,
        Duration webSocketPing,
        Duration linkSilence,
        Duration linkUnanswered) {

    /** The defaults named above. */
    public static final SipConnectionSettings DEFAULT = new SipConnectionSettings(
            SipLimits.DEFAULT,
            Duration.ofSeconds(30),
            Duration.ofMinutes(15),
            1024 * 1024,
            Duration.ofSeconds(30),
            Duration.ofSeconds(25),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5));

    /**
     * The same for connections between our own parts, which bear messages at the limit of what comes from clients, and those of
     * many clients: 4 MiB may be queued.
     */
    public static final SipConnectionSettings BETWEEN_PARTS =
            DEFAULT.withMessage(SipLimits.BETWEEN_PARTS).withQueueBytes(4 * 1024 * 1024);

    public SipConnectionSettings {
        if (!incompleteMessage.isPositive()
                || !idle.isPositive()
                || queueBytes < 1
                || !stalled.isPositive()
                || !webSocketPing.isPositive()
                || !linkSilence.isPositive()
                || !linkUnanswered.isPositive()) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** The same with another limit of messages. */
    public SipConnectionSettings withMessage(SipLimits limits) {
        return new SipConnectionSettings(
                limits, incompleteMessage, idle, queueBytes, stalled, webSocketPing, linkSilence, linkUnanswered);
    }

    /** The same with another limit of incomplete messages. */
    public SipConnectionSettings withIncompleteMessage(Duration duration) {
        return new SipConnectionSettings(
                message, duration, idle, queueBytes, stalled, webSocketPing, linkSilence, linkUnanswered);
    }

    /** The same with another idle limit. */
    public SipConnectionSettings withIdle(Duration duration) {
        return new SipConnectionSettings(
                message, incompleteMessage, duration, queueBytes, stalled, webSocketPing, linkSilence, linkUnanswered);
    }

    /** The same with another queue bound. */
    public SipConnectionSettings withQueueBytes(int bytes) {
        return new SipConnectionSettings(
                message, incompleteMessage, idle, bytes, stalled, webSocketPing, linkSilence, linkUnanswered);
    }

    /** The same with another limit of stalled receivers. */
    public SipConnectionSettings withStalled(Duration duration) {
        return new SipConnectionSettings(
                message, incompleteMessage, idle, queueBytes, duration, webSocketPing, linkSilence, linkUnanswered);
    }

    /** The same with another ping interval. */
    public SipConnectionSettings withWebSocketPing(Duration duration) {
        return new SipConnectionSettings(
                message, incompleteMessage, idle, queueBytes, stalled, duration, linkSilence, linkUnanswered);
    }

    /** The same with another limit of silent links. */
    public SipConnectionSettings withLinkSilence(Duration duration) {
        return new SipConnectionSettings(
                message, incompleteMessage, idle, queueBytes, stalled, webSocketPing, duration, linkUnanswered);
    }

    /** The same with another limit of links on which something was sent and nothing comes. */
    public SipConnectionSettings withLinkUnanswered(Duration duration) {
        return new SipConnectionSettings(
                message, incompleteMessage, idle, queueBytes, stalled, webSocketPing, linkSilence, duration);
    }

    /** How often a connection looks after itself: a quarter of its shortest limit, but not more than 1,000 times a second. */
    Duration tick(boolean link) {
        Duration shortest = incompleteMessage.compareTo(idle) < 0 ? incompleteMessage : idle;
        shortest = shortest.compareTo(stalled) < 0 ? shortest : stalled;
        shortest = shortest.compareTo(linkSilence) < 0 ? shortest : linkSilence;
        shortest = !link || shortest.compareTo(linkUnanswered) < 0 ? shortest : linkUnanswered;
        Duration quarter = shortest.dividedBy(4);
        return quarter.toMillis() < 1 ? Duration.ofMillis(1) : quarter;
    }
}
