package org.edgeways.sip.useragent;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.edgeways.sip.message.CSeq;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.Branches;
import org.edgeways.sip.transaction.ClientTransaction;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.TransactionLayer;
import org.jspecify.annotations.Nullable;

/** Requests on their way: puts Via and credentials on them, and sends them again when credentials are asked for. */
final class OutgoingRequests {

    private static final int MAX_CHALLENGES = 3;

    /** Who waits for a request's end. */
    interface Answer {

        /** It went out; also called when it goes out again with credentials and the next CSeq. */
        default void sent(ClientTransaction transaction, long now) {}

        /** False if nobody wants the request sent again with credentials. */
        default boolean stillWanted() {
            return true;
        }

        /** A provisional response; for an INVITE also each 2xx after the first. */
        default void provisional(ClientTransaction transaction, SipMessage response, long now) {}

        /**
         * It has ended.
         *
         * @param response null if none came
         */
        void finished(
                @Nullable ClientTransaction transaction,
                int status,
                String reason,
                @Nullable SipMessage response,
                long now);
    }

    private static final class Exchange {
        private final SipMessage request;
        private final Destination destination;
        private final @Nullable Dialog dialog;
        private final Answer answer;
        private int challenges;
        private boolean ended;

        Exchange(SipMessage request, Destination destination, @Nullable Dialog dialog, Answer answer) {
            this.request = request;
            this.destination = destination;
            this.dialog = dialog;
            this.answer = answer;
        }
    }

    private final TransactionLayer layer;
    private final Credentials credentials;
    private final Via via;
    private final RandomGenerator random;
    private final Map<String, Exchange> byBranch = new HashMap<>();

    OutgoingRequests(TransactionLayer layer, Credentials credentials, Via via, RandomGenerator random) {
        this.layer = layer;
        this.credentials = credentials;
        this.via = via;
        this.random = random;
    }

    /**
     * Sends a request that has everything but Via and credentials.
     *
     * @param dialog the dialog that it belongs to, whose numbers it takes; null outside dialogs
     */
    void send(SipMessage request, Destination destination, @Nullable Dialog dialog, Answer answer, long now) {
        send(new Exchange(request, destination, dialog, answer), now);
    }

    private void send(Exchange exchange, long now) {
        SipMessage request = exchange.request.copy();
        credentials.apply(request);
        String branch = putVia(request);
        byBranch.put(branch, exchange);
        ClientTransaction transaction = layer.send(request, exchange.destination, now);
        if (byBranch.containsKey(branch)) {
            exchange.answer.sent(transaction, now);
        }
    }

    /** Puts our Via with a new branch on top, and gives the branch. */
    String putVia(SipMessage request) {
        String branch = Branches.create(0, random);
        request.addFirst(HeaderName.VIA, via.with("branch", branch).toString());
        return branch;
    }

    void response(ClientTransaction transaction, SipMessage response, long now) {
        Exchange exchange = byBranch.get(transaction.branch());
        if (exchange == null) {
            return;
        }
        if (response.status() < 200 || exchange.ended) {
            exchange.answer.provisional(transaction, response, now);
            return;
        }
        if ((response.status() == 401 || response.status() == 407) && answered(exchange, response, now)) {
            byBranch.remove(transaction.branch());
            return;
        }
        exchange.ended = true;
        if (!transaction.isInvite() || response.status() >= 300) {
            byBranch.remove(transaction.branch());
        }
        exchange.answer.finished(transaction, response.status(), response.reason(), response, now);
    }

    void failed(ClientTransaction transaction, int status, String reason, long now) {
        Exchange exchange = byBranch.remove(transaction.branch());
        if (exchange != null && !exchange.ended) {
            exchange.ended = true;
            exchange.answer.finished(transaction, status, reason, null, now);
        }
    }

    /** Lets go of an INVITE that brings no more 2xx. */
    void forget(String branch) {
        byBranch.remove(branch);
    }

    int pending() {
        return byBranch.size();
    }

    /** RFC 3261 section 22.2: the same request with the next CSeq, unless these very credentials were refused. */
    private boolean answered(Exchange exchange, SipMessage response, long now) {
        Credentials.Challenge challenge = credentials.challenged(exchange.request, response);
        boolean again = switch (challenge) {
            case ANSWERABLE -> exchange.challenges == 0;
            case STALE -> exchange.challenges < MAX_CHALLENGES;
            case UNKNOWN -> false;
        };
        if (!again || !exchange.answer.stillWanted()) {
            return false;
        }
        exchange.challenges++;
        CSeq sequence = exchange.request.cseq();
        // within a dialog other requests may have been sent meanwhile (section 12.2.1.1)
        long next = exchange.dialog == null ? sequence.number() + 1 : exchange.dialog.nextSequence();
        exchange.request.set(HeaderName.CSEQ, new CSeq(next, sequence.method()).toString());
        send(exchange, now);
        return true;
    }
}
