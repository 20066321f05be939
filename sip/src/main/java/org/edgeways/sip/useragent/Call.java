package org.edgeways.sip.useragent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.transaction.ClientTransaction;
import org.edgeways.sip.transaction.ServerTransaction;
import org.jspecify.annotations.Nullable;

/**
 * One call of a user agent: the session that an INVITE sets up, with its dialog. Made and changed by {@link UserAgent};
 * equal only to itself.
 *
 * <p>States: calling (we sent INVITE) → up, ending, ended. Offered (we got INVITE) → accepted, ended. Accepted (we sent
 * 2xx) → up (its ACK came), ended. Up → ending (we sent BYE), ended (we got BYE). Ending (CANCEL or BYE is out) → ended.
 */
public final class Call {

    /** Where a call stands. */
    public enum State {
        CALLING,
        OFFERED,
        ACCEPTED,
        UP,
        ENDING,
        ENDED;

        private Set<State> next() {
            return switch (this) {
                case CALLING -> Set.of(UP, ENDING, ENDED);
                case OFFERED -> Set.of(ACCEPTED, ENDED);
                case ACCEPTED -> Set.of(UP, ENDED);
                case UP -> Set.of(ENDING, ENDED);
                case ENDING -> Set.of(ENDED);
                case ENDED -> Set.of();
            };
        }
    }

    /** A 2xx that is sent until its ACK comes (RFC 3261 section 13.3.1.4). */
    static final class Unacknowledged {
        final ServerTransaction transaction;
        final SipMessage response;
        final long givenUpAt;
        long interval;
        TimerQueue.@Nullable Timer<LongConsumer> timer;

        Unacknowledged(ServerTransaction transaction, SipMessage response, long givenUpAt, long interval) {
            this.transaction = transaction;
            this.response = response;
            this.givenUpAt = givenUpAt;
            this.interval = interval;
        }
    }

    private final long id;
    private final boolean caller;
    private final SipMessage invite;
    private State state;

    /** The caller's early dialogs by the peer's tag. */
    final Map<String, Dialog> early = new LinkedHashMap<>();

    /** The caller's ACKs by the peer's tag, to be sent again when the 2xx comes again. */
    final Map<String, SipMessage> acknowledgements = new LinkedHashMap<>();

    @Nullable
    Dialog dialog;

    @Nullable
    ClientTransaction outgoingInvite;

    @Nullable
    ServerTransaction incomingInvite;

    @Nullable
    Unacknowledged unacknowledged;

    /** When the caller is told again that it rings. */
    TimerQueue.@Nullable Timer<LongConsumer> reminder;

    @Nullable
    String localSessionType;

    byte[] localSession = new byte[0];

    byte[] remoteSession = new byte[0];

    /** True while a re-INVITE or UPDATE of ours with a session awaits its answer. */
    boolean changing;

    /** The changes of the session that we want and that are not under way. */
    final List<SessionChanges.Change> changes = new ArrayList<>();

    /** True if we hung up before the ACK of our 2xx came. */
    boolean hangUpWanted;

    Call(long id, boolean caller, SipMessage invite) {
        this.id = id;
        this.caller = caller;
        this.invite = invite;
        this.state = caller ? State.CALLING : State.OFFERED;
    }

    void move(State to) {
        if (!state.next().contains(to)) {
            throw new IllegalStateException("a call does not go from " + state + " to " + to);
        }
        state = to;
    }

    /** Its number at this user agent. */
    public long id() {
        return id;
    }

    /** True if we called. */
    public boolean caller() {
        return caller;
    }

    /** Where it stands. */
    public State state() {
        return state;
    }

    /** The INVITE that began it, as sent first or as received. Not to be changed. */
    public SipMessage invite() {
        return invite;
    }

    /** The peer as the INVITE names it. */
    public NameAddress peer() {
        return caller ? invite.to() : invite.from();
    }

    /** Its dialog, null before the first response with a tag. */
    public @Nullable Dialog dialog() {
        return dialog;
    }

    /** The peer's latest session description, empty before there is one. */
    public byte[] peerSession() {
        return remoteSession.clone();
    }

    @Override
    public String toString() {
        return "call " + id + " " + state;
    }
}
