package org.edgeways.sip.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.sip.framing.Frame;
import org.edgeways.sip.framing.Refusals;
import org.edgeways.sip.framing.StreamFramer;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;

/**
 * Any bytes as a stream: however it is cut, the same frames come out; no more is held than one message within the limits;
 * framer and parser agree on where a message ends, so that nobody can hide a request in a body.
 */
public final class FramerTarget {

    private static final SipLimits SMALL = new SipLimits(80, 12, 700, 200, 60, 4);

    private FramerTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(data));
        for (SipLimits limits : List.of(SipLimits.DEFAULT, SMALL)) {
            List<Frame> whole = frames(data, limits, new SplittableRandom(0), Integer.MAX_VALUE);
            same(frames(data, limits, random, 1), whole);
            same(frames(data, limits, random, 2 + random.nextInt(200)), whole);
            whole.forEach(frame -> look(frame, limits));
        }
    }

    private static List<Frame> frames(byte[] data, SipLimits limits, SplittableRandom random, int largest) {
        StreamFramer framer = new StreamFramer(limits);
        List<Frame> frames = new ArrayList<>();
        int at = 0;
        while (at < data.length) {
            int length = Math.min(
                    largest == Integer.MAX_VALUE ? data.length : 1 + random.nextInt(largest), data.length - at);
            framer.feed(data, at, length);
            for (Frame frame = framer.next(); frame != null; frame = framer.next()) {
                frames.add(frame);
            }
            at += length;
            Invariant.that(
                    framer.buffered() <= limits.headerSectionBytes() + limits.bodyBytes(),
                    "held: " + framer.buffered());
            Invariant.that(framer.buffered() == 0 || framer.midMessage(), "something is held between messages");
        }
        return frames;
    }

    private static void same(List<Frame> actual, List<Frame> expected) {
        Invariant.same(actual.size(), expected.size(), "frames");
        for (int i = 0; i < actual.size(); i++) {
            switch (expected.get(i)) {
                case Frame.KeepAlive keepAlive -> Invariant.same(actual.get(i), keepAlive, "a keep-alive");
                case Frame.Message message -> {
                    Invariant.that(actual.get(i) instanceof Frame.Message, "a message");
                    Invariant.sameBytes(((Frame.Message) actual.get(i)).bytes(), message.bytes(), "a message");
                }
                case Frame.Broken broken -> {
                    Invariant.that(actual.get(i) instanceof Frame.Broken, "a broken stream");
                    Frame.Broken other = (Frame.Broken) actual.get(i);
                    Invariant.same(other.code(), broken.code(), "code");
                    Invariant.same(other.status(), broken.status(), "status");
                    Invariant.same(other.offset(), broken.offset(), "offset");
                    Invariant.sameBytes(other.head(), broken.head(), "head");
                    Invariant.same(i, actual.size() - 1, "nothing follows a broken stream");
                }
            }
        }
    }

    private static void look(Frame frame, SipLimits limits) {
        switch (frame) {
            case Frame.KeepAlive keepAlive -> {}
            case Frame.Message(byte[] bytes) -> {
                if (SipParser.parse(bytes, limits) instanceof ParseOutcome.Good(SipMessage message)) {
                    Invariant.same(message.encode().length, bytes.length, "framer and parser disagree about the body");
                }
            }
            case Frame.Broken broken -> {
                Invariant.that(broken.status() >= 400 && broken.status() < 600, "a status that refuses");
                SipMessage answer = Refusals.answer(broken, limits);
                if (answer != null) {
                    answer.encode();
                }
            }
        }
    }
}
