package org.edgeways.sip.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.NameAddress;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.message.Via;
import org.edgeways.sip.transaction.ReceivedVia;
import org.edgeways.sip.transaction.StatelessAnswer;

/**
 * Any bytes as one message: nothing throws; what nobody touched goes out byte for byte; what was edited reads back as it
 * was written, and its neighbours as they came.
 */
public final class MessageTarget {

    /** Room for what an edit adds to a message at its limits. */
    static final SipLimits WIDE = new SipLimits(100_000, 2_000, 1_000_000, 2_000_000, 100_000, 200);

    private static final HeaderName[] ADDRESSES = {
        HeaderName.CONTACT,
        HeaderName.ROUTE,
        HeaderName.RECORD_ROUTE,
        HeaderName.PATH,
        HeaderName.P_ASSERTED_IDENTITY,
        HeaderName.REFER_TO
    };

    private MessageTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        switch (SipParser.parse(data, SipLimits.DEFAULT)) {
            case ParseOutcome.Refused refused -> refused(refused, data);
            case ParseOutcome.Good(SipMessage message) -> good(message, data);
        }
    }

    private static void refused(ParseOutcome.Refused refused, byte[] data) {
        Invariant.that(refused.status() >= 400 && refused.status() < 600, "a status that refuses: " + refused);
        Invariant.that(refused.offset() >= 0 && refused.offset() <= data.length, "an offset in the message");
        SipMessage request = refused.answerable();
        if (request != null) {
            ReceivedVia.mark(request, "192.0.2.9", 5060);
            SipMessage answer = StatelessAnswer.to(refused);
            Invariant.that(answer != null && answer.status() == refused.status(), "an answer to what can be answered");
            answer.encode();
        }
    }

    private static void good(SipMessage message, byte[] data) {
        int start = 0;
        while (start + 1 < data.length && data[start] == '\r' && data[start + 1] == '\n') {
            start += 2;
        }
        byte[] asItCame = message.encode();
        Invariant.sameBytes(
                asItCame, Arrays.copyOfRange(data, start, start + asItCame.length), "an untouched message changed");
        readEverything(message);
        Invariant.sameBytes(message.encode(), asItCame, "reading changed the message");
        agree(again(message), message);
        edit(message.copy(), message);
        editVia(message.copy(), message);
        answer(message);
        Invariant.sameBytes(message.encode(), asItCame, "editing a copy changed the message");
    }

    private static void readEverything(SipMessage message) {
        Invariant.that(message.vias().isOk() || message.elements(HeaderName.VIA).size() > 1, "the topmost Via is good");
        message.requestUri();
        message.expires();
        message.maxForwards();
        message.lists(HeaderName.REQUIRE, "100rel");
        for (HeaderName name : ADDRESSES) {
            message.addresses(name);
        }
        for (HeaderName name : message.names()) {
            List<String> elements = message.elements(name);
            Invariant.same(
                    message.firstElement(name), elements.isEmpty() ? null : elements.getFirst(), "first " + name);
            Invariant.same(message.first(name), message.values(name).getFirst(), "first line of " + name);
            Invariant.same(message.count(name), message.values(name).size(), "lines of " + name);
        }
    }

    private static SipMessage again(SipMessage written) {
        return switch (SipParser.parse(written.encode(), WIDE)) {
            case ParseOutcome.Good(SipMessage message) -> message;
            case ParseOutcome.Refused refused -> throw new AssertionError("what was written is " + refused);
        };
    }

    private static void agree(SipMessage actual, SipMessage expected) {
        Invariant.same(actual.method(), expected.method(), "method");
        Invariant.same(actual.requestUriText(), expected.requestUriText(), "Request-URI");
        Invariant.same(actual.status(), expected.status(), "status");
        Invariant.same(actual.topVia(), expected.topVia(), "topmost Via");
        Invariant.same(actual.from(), expected.from(), "From");
        Invariant.same(actual.to(), expected.to(), "To");
        Invariant.same(actual.callId(), expected.callId(), "Call-ID");
        Invariant.same(actual.cseq(), expected.cseq(), "CSeq");
        Invariant.sameBytes(actual.body(), expected.body(), "body");
        Invariant.same(actual.names(), expected.names(), "names");
    }

    private static void edit(SipMessage edited, SipMessage original) {
        for (HeaderName name : ADDRESSES) {
            List<String> before = edited.elements(name);
            edited.removeFirstElement(name);
            Invariant.same(edited.elements(name), before.isEmpty() ? before : before.subList(1, before.size()), "rest");
            edited.addFirst(name, "<sip:edge.acorn.example;lr>");
            edited.replaceFirstElement(name, "<sips:other.acorn.example>;q=0.5");
            Invariant.same(again(edited).firstElement(name), "<sips:other.acorn.example>;q=0.5", "what was put on top");
            Invariant.same(edited.elements(name).size(), Math.max(before.size(), 1), "the others stay");
        }
        NameAddress from = original.from().withParameter("tag", "fuzzed");
        edited.set(HeaderName.FROM, from.toString());
        Invariant.same(again(edited).from(), from, "From with another tag");
        byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
        edited.setBody("text/plain", body);
        Invariant.sameBytes(again(edited).body(), body, "another body");
        Invariant.same(again(edited).topVia(), original.topVia(), "topmost Via");
        Invariant.same(again(edited).to(), original.to(), "To");
    }

    private static void editVia(SipMessage edited, SipMessage original) {
        List<String> before = original.elements(HeaderName.VIA);
        edited.addFirst(HeaderName.VIA, "SIP/2.0/TLS edge.acorn.example:5061;branch=z9hG4bKfuzz");
        Invariant.same(again(edited).topVia().branch(), "z9hG4bKfuzz", "our branch");
        Invariant.same(edited.elements(HeaderName.VIA).size(), before.size() + 1, "one more Via");
        edited.removeFirstElement(HeaderName.VIA);
        Invariant.sameBytes(edited.encode(), original.encode(), "a Via put on and taken off");
        ReceivedVia.mark(edited, "192.0.2.9", 5060);
        List<String> marked = again(edited).elements(HeaderName.VIA);
        Invariant.same(marked.subList(1, marked.size()), before.subList(1, before.size()), "the other Via entries");
        Via via = original.topVia().with("received", "192.0.2.8");
        edited.setTopVia(via);
        Invariant.same(again(edited).topVia(), via, "a changed Via");
    }

    private static void answer(SipMessage message) {
        SipMessage answer = again(SipMessage.responseTo(message, 486, "Busy Here", "ours"));
        Invariant.same(answer.elements(HeaderName.VIA), message.elements(HeaderName.VIA), "Via entries of an answer");
        Invariant.same(answer.callId(), message.callId(), "Call-ID of an answer");
        Invariant.same(answer.cseq(), message.cseq(), "CSeq of an answer");
        Invariant.same(answer.from(), message.from(), "From of an answer");
        String tag = message.toTag();
        Invariant.same(answer.toTag(), tag == null ? "ours" : tag, "To tag of an answer");
        Invariant.that(
                answer.vias() instanceof Result.Ok == message.vias() instanceof Result.Ok, "the same Via entries");
    }
}
