package org.edgeways.sip.transaction;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.edgeways.base.Counters;
import org.edgeways.base.TimerQueue;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipErrorCode;
import org.edgeways.sip.message.SipMessage;
import org.jspecify.annotations.Nullable;

/**
 * The transaction layer (RFC 3261 section 17): matches what comes to its transaction, makes a transaction for each new
 * request, answers CANCEL, and owns the timers. Belongs to one event loop.
 *
 * <p>A transport failure that the driver reports from within {@link Transmitter#transmit} is told to the user by the next
 * {@link #timeout}, which is then due at once; so a user never hears of a transaction before {@link #send} has returned it.
 */
public final class TransactionLayer implements SipEngine {

    /**
     * How long a request goes on waiting for its answer once its party has no connection any more. Long enough for one that
     * only dials anew, short enough for a person who looks at a screen.
     */
    public static final Duration LOST_PARTY_GRACE = Duration.ofSeconds(5);

    private static final int TAG_LENGTH = 12;

    private final Transmitter transmitter;
    private final TransactionUser user;
    private final SipTimers timers;
    private SipEngineLimits limits;
    private final TransactionCounters counters;
    private final RandomGenerator random;
    private final Host host = new Host();

    private final TimerQueue<TransactionHost.Due> queue = new TimerQueue<>();
    private final ServerTransactions servers;
    private final Map<String, ClientTransaction> clients = new HashMap<>();
    private final AcceptedInvites acceptedClients;
    private final Map<String, ClientTransaction> cancels = new HashMap<>();
    private final Map<Flow, Set<ClientTransaction>> clientsByFlow = new HashMap<>();
    private final LostParties lostParties;
    private int depth;

    /** A layer without transactions. */
    public TransactionLayer(
            Transmitter transmitter,
            TransactionUser user,
            SipTimers timers,
            SipEngineLimits limits,
            Counters counters,
            RandomGenerator random) {
        this.transmitter = transmitter;
        this.user = user;
        this.timers = timers;
        this.limits = limits;
        this.counters = new TransactionCounters(counters);
        this.random = random;
        servers = new ServerTransactions(queue, this.counters);
        lostParties = new LostParties(clients, cancels, servers, queue, this.counters.requestsAgain);
        acceptedClients = new AcceptedInvites(TimerName.M, queue, this.counters.clientForgotten);
    }

    /** Holds to other limits from now on; what has begun goes on. */
    public void use(SipEngineLimits next) {
        limits = next;
    }

    /** What it holds to. */
    public SipEngineLimits limits() {
        return limits;
    }

    // ---- what the driver calls

    @Override
    public void receive(SipMessage message, Origin from, long now) {
        depth++;
        try {
            if (message.isRequest()) {
                receiveRequest(message, from, now);
            } else {
                receiveResponse(message, from, now);
            }
        } finally {
            depth--;
        }
    }

    @Override
    public void timeout(long now) {
        depth++;
        try {
            for (TransactionHost.Due due = queue.poll(now); due != null; due = queue.poll(now)) {
                switch (due) {
                    case TransactionHost.Due.Fired(Transaction transaction, TimerName timer) ->
                        transaction.fired(timer, now);
                    case TransactionHost.Due.Failed(ClientTransaction transaction, TransportFailure failure) ->
                        fail(transaction, failure, now);
                    case TransactionHost.Due.Lost owed -> giveUp(owed, now);
                    case TransactionHost.Due.Oldest(AcceptedInvites kept) -> kept.expire(now);
                    case TransactionHost.Due.Again owed -> lostParties.again(owed, now);
                }
            }
        } finally {
            depth--;
        }
    }

    @Override
    public long nextDeadline() {
        return queue.nextDeadline();
    }

    @Override
    public void sentOver(String branch, Origin over) {
        ClientTransaction transaction = clients.get(branch);
        if (transaction == null || transaction.destination() instanceof Destination.Connection) {
            return;
        }
        Flow before = transaction.flow();
        if (before != null) {
            forget(clientsByFlow, before, transaction);
        }
        transaction.sentOver(over);
        if (transaction.destination() instanceof Destination.Locate) {
            clientsByFlow
                    .computeIfAbsent(over.flow(), f -> new LinkedHashSet<>())
                    .add(transaction);
        }
    }

    @Override
    public void transportFailed(String branch, TransportFailure failure, long now) {
        ClientTransaction request = clients.get(branch);
        if (request != null) {
            failSoon(request, failure, now);
        }
        ClientTransaction cancel = cancels.get(branch);
        if (cancel != null) {
            failSoon(cancel, failure, now);
        }
    }

    @Override
    public void flowClosed(Flow flow, long now) {
        for (ServerTransaction transaction : servers.of(flow)) {
            abandon(transaction, now);
        }
        Set<ClientTransaction> sent = clientsByFlow.getOrDefault(flow, Set.of());
        for (ClientTransaction transaction : List.copyOf(sent)) {
            boolean only = transaction.destination() instanceof Destination.Connection;
            failSoon(transaction, only ? TransportFailure.FLOW_GONE : TransportFailure.UNREACHABLE, now);
        }
    }

    /** It gets no answer: nobody is there to be told. */
    private void abandon(ServerTransaction transaction, long now) {
        boolean waiting = transaction.awaitsFinalResponse();
        transaction.abandon();
        if (waiting) {
            user.abandoned(transaction, now);
        }
    }

    private void giveUp(TransactionHost.Due.Lost owed, long now) {
        if (lostParties.givesUp(owed, now)) {
            switch (owed.transaction()) {
                case ClientTransaction request -> fail(request, TransportFailure.UNREACHABLE, now);
                case ServerTransaction request -> abandon(request, now);
            }
        }
    }

    @Override
    public void partyLost(Destination.Service party, long now) {
        lostParties.lost(party, now);
    }

    @Override
    public void partyReduced(Destination.Service party, long now) {
        lostParties.reduced(party, now, timers.t1());
    }

    @Override
    public void partyFound(Destination.Service party, long now) {
        lostParties.found(party);
    }

    // ---- what the user calls

    /**
     * Gives a response to a request. A response above 100 without To tag gets {@link ServerTransaction#localTag}.
     *
     * @return false if it was dropped because the transaction takes no such response any more
     */
    public boolean respond(ServerTransaction transaction, SipMessage response, long now) {
        depth++;
        try {
            if (response.status() > 100 && response.toTag() == null) {
                response.set(
                        HeaderName.TO,
                        response.to()
                                .withParameter("tag", transaction.localTag())
                                .toString());
            }
            return transaction.respond(response, now);
        } finally {
            depth--;
        }
    }

    /**
     * Sends a request, neither ACK nor CANCEL, whose topmost Via is ours and carries a branch of {@link Branches}. Its
     * transport says whether it is reliable (all but {@code UDP} are). Past {@link SipEngineLimits#clientTransactions} the
     * request is not sent and fails as {@link TransportFailure#CONGESTED} at the next {@link #timeout}.
     */
    public ClientTransaction send(SipMessage request, Destination to, long now) {
        String branch = request.topVia().branch();
        if (branch == null || clients.containsKey(branch)) {
            throw new IllegalArgumentException("a new branch of our own is needed, not " + branch);
        }
        ClientTransaction transaction = request.method().equals("INVITE")
                ? new InviteClientTransaction(host, request, to)
                : new NonInviteClientTransaction(host, request, to);
        if (clients.size() - acceptedClients.size() >= limits.clientTransactions()) {
            counters.refused(SipErrorCode.CLIENT_TRANSACTIONS_TOO_MANY);
            queue.schedule(now, new TransactionHost.Due.Failed(transaction, TransportFailure.CONGESTED));
            return transaction;
        }
        clients.put(branch, transaction);
        start(transaction, now);
        return transaction;
    }

    /**
     * Cancels an INVITE (section 9.1): at once if a provisional response has come, else when one comes. Does nothing if
     * it has its final response. If none comes within 64*T1 after the CANCEL, {@link TransactionUser#timedOut} says so.
     *
     * @param reason value of the Reason header (RFC 3326), or null for none
     */
    public void cancel(ClientTransaction invite, @Nullable String reason, long now) {
        if (!(invite instanceof InviteClientTransaction transaction)) {
            throw new IllegalArgumentException("only an INVITE can be cancelled, not " + invite);
        }
        depth++;
        try {
            transaction.cancel(reason, now);
        } finally {
            depth--;
        }
    }

    // ---- requests

    private void receiveRequest(SipMessage request, Origin from, long now) {
        switch (request.method()) {
            case "ACK" -> receiveAck(request, from, now);
            case "CANCEL" -> receiveCancel(request, from, now);
            default -> receiveOther(request, from, now);
        }
    }

    private void receiveAck(SipMessage ack, Origin from, long now) {
        if (servers.get(ServerKey.of(ack, from, "INVITE")) instanceof InviteServerTransaction invite) {
            invite.acknowledged(ack, from, now);
        } else {
            user.acknowledged(ack, from, now);
        }
    }

    /** Section 9.2: the CANCEL has a transaction of its own and is answered here, whatever becomes of the INVITE. */
    private void receiveCancel(SipMessage cancel, Origin from, long now) {
        ServerKey key = ServerKey.of(cancel, from, "CANCEL");
        ServerTransaction known = servers.get(key);
        if (known != null) {
            counters.requestsAbsorbed.increment();
            known.retransmitted(now);
            return;
        }
        ServerTransaction invite = servers.get(ServerKey.of(cancel, from, "INVITE"));
        if (invite == null && !admit(cancel, from, now)) {
            return;
        }
        String tag = invite == null ? RandomText.of(random, TAG_LENGTH) : invite.localTag();
        ServerTransaction transaction = new NonInviteServerTransaction(host, key, cancel, from, tag);
        start(transaction, now);
        SipMessage answer = invite == null
                ? SipMessage.responseTo(cancel, 481, "Call/Transaction Does Not Exist", tag)
                : SipMessage.responseTo(cancel, 200, "OK", tag);
        respond(transaction, answer, now);
        if (invite != null && invite.awaitsFinalResponse()) {
            invite.cancelledBy(cancel);
            user.cancelled(invite, now);
        }
    }

    private void receiveOther(SipMessage request, Origin from, long now) {
        ServerKey key = ServerKey.of(request, from, request.method());
        ServerTransaction known = servers.get(key);
        if (known != null) {
            counters.requestsAbsorbed.increment();
            known.retransmitted(now);
            return;
        }
        if (!admit(request, from, now)) {
            return;
        }
        String tag = RandomText.of(random, TAG_LENGTH);
        ServerTransaction transaction = request.method().equals("INVITE")
                ? new InviteServerTransaction(host, key, request, from, tag)
                : new NonInviteServerTransaction(host, key, request, from, tag);
        start(transaction, now);
        user.request(transaction, now);
    }

    private boolean admit(SipMessage request, Origin from, long now) {
        SipErrorCode refusal = servers.refusal(from, limits);
        if (refusal != null) {
            refuse(request, from, refusal, now);
            return false;
        }
        return true;
    }

    private void refuse(SipMessage request, Origin from, SipErrorCode code, long now) {
        counters.refused(code);
        SipMessage answer = StatelessAnswer.to(request, 503, "Service Unavailable");
        if (answer != null) {
            answer.add(HeaderName.RETRY_AFTER, Integer.toString(limits.retryAfterSeconds()));
            transmitter.transmit(answer, from.replyTo(), now);
        }
    }

    private void start(ServerTransaction transaction, long now) {
        servers.begun(transaction);
        transaction.start(now);
    }

    // ---- responses

    private void receiveResponse(SipMessage response, Origin from, long now) {
        String branch = response.topVia().branch();
        String method = response.cseq().method();
        Map<String, ClientTransaction> table = method.equals("CANCEL") ? cancels : clients;
        ClientTransaction transaction = branch == null ? null : table.get(branch);
        if (transaction == null || !transaction.method().equals(method) || !transaction.mayComeFrom(from)) {
            // RFC 6026 section 7.3: what belongs to no transaction goes no further
            counters.responsesStray.increment();
            return;
        }
        transaction.received(response, now);
    }

    private void start(ClientTransaction transaction, long now) {
        counters.clientStarted.increment();
        Flow flow = transaction.flow();
        if (flow != null) {
            clientsByFlow.computeIfAbsent(flow, f -> new LinkedHashSet<>()).add(transaction);
        }
        depth++;
        try {
            transaction.start(now);
        } finally {
            depth--;
        }
    }

    private void failSoon(ClientTransaction transaction, TransportFailure failure, long now) {
        if (depth > 0) {
            queue.schedule(now, new TransactionHost.Due.Failed(transaction, failure));
        } else {
            fail(transaction, failure, now);
        }
    }

    private void fail(ClientTransaction transaction, TransportFailure failure, long now) {
        if (transaction.awaitsFinalResponse()) {
            counters.failure(failure);
        }
        transaction.failed(failure, now);
    }

    private static <T> void forget(Map<Flow, Set<T>> byFlow, Flow flow, T transaction) {
        Set<T> same = byFlow.get(flow);
        if (same != null && same.remove(transaction) && same.isEmpty()) {
            byFlow.remove(flow);
        }
    }

    /** What the machines see of this layer. */
    private final class Host implements TransactionHost {

        @Override
        public SipTimers timers() {
            return timers;
        }

        @Override
        public TransactionUser user() {
            return user;
        }

        @Override
        public void transmit(SipMessage message, Destination to, long now) {
            transmitter.transmit(message, to, now);
        }

        @Override
        public TimerQueue.Timer<Due> schedule(long deadline, Due due) {
            return queue.schedule(deadline, due);
        }

        @Override
        public void cancel(TimerQueue.Timer<Due> timer) {
            queue.cancel(timer);
        }

        @Override
        public void sendCancel(SipMessage cancel, InviteClientTransaction invite, long now) {
            ClientTransaction transaction = new NonInviteClientTransaction(this, cancel, invite.sameHop());
            cancels.put(transaction.branch(), transaction);
            start(transaction, now);
        }

        @Override
        public void accepted(InviteServerTransaction invite, long until, long now) {
            servers.accepted(invite, until, limits, now);
        }

        @Override
        public void accepted(InviteClientTransaction invite, long until, long now) {
            acceptedClients.add(invite, until, limits.acceptedInvites(), now);
        }

        @Override
        public void ended(Transaction transaction) {
            switch (transaction) {
                case ServerTransaction server -> servers.ended(server);
                case ClientTransaction client -> {
                    if (clients.remove(client.branch(), client) || cancels.remove(client.branch(), client)) {
                        counters.clientEnded.increment();
                    }
                    acceptedClients.ended(client);
                    Flow flow = client.flow();
                    if (flow != null) {
                        forget(clientsByFlow, flow, client);
                    }
                }
            }
        }

        @Override
        public void countTimeout(TimerName timer) {
            counters.timeout(timer);
        }
    }
}
