package org.edgeways.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;

/** The inside's end of a connection: answers every request with 200 at once, and counts. */
final class Answerer extends StreamPeer {

    private static final byte[] VIA = name("via");
    private static final byte[] FROM = name("from");
    private static final byte[] TO = name("to");
    private static final byte[] CALL_ID = name("call-id");
    private static final byte[] CSEQ = name("cseq");
    private static final byte[] RECORD_ROUTE = name("record-route");
    private static final byte[] CONTACT = name("contact");
    private static final byte[] EXPIRES = name("expires");
    private static final byte[] OK = "SIP/2.0 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAG = ";tag=answerer".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAG_START = ";tag=".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "Content-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Received received;
    private final byte[] callEnd;

    /** @param contact where requests in a dialog go */
    Answerer(Scratch scratch, Received received, String contact) {
        super(scratch);
        this.received = received;
        callEnd = ("Contact: <" + contact + ">\r\nContent-Type: application/sdp\r\nContent-Length: "
                        + Requests.sdp().length() + "\r\n\r\n" + Requests.sdp())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] name(String lowerCase) {
        return lowerCase.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    void message(ChannelHandlerContext context, MessageScan scan) {
        byte method = scan.bytes()[scan.start(0)];
        received.count(method);
        if (scan.status() >= 0 || method == 'A') {
            return;
        }
        boolean call = method == 'I';
        boolean register = method == 'R';
        ByteBuf answer = context.alloc().buffer(scan.end() - scan.start(0) + callEnd.length + 64);
        answer.writeBytes(OK);
        for (int line = 1; line < scan.lines(); line++) {
            if (scan.is(line, TO)) {
                answer.writeBytes(scan.bytes(), scan.start(line), scan.end(line) - scan.start(line));
                if (scan.find(line, TAG_START) < 0) {
                    answer.writeBytes(TAG);
                }
                answer.writeBytes(CRLF);
            } else if (isCopied(scan, line)
                    || call && scan.is(line, RECORD_ROUTE)
                    || register && (scan.is(line, CONTACT) || scan.is(line, EXPIRES))) {
                answer.writeBytes(scan.bytes(), scan.start(line), scan.end(line) - scan.start(line))
                        .writeBytes(CRLF);
            }
        }
        answer.writeBytes(call ? callEnd : END);
        var _ = context.write(answer);
    }

    private static boolean isCopied(MessageScan scan, int line) {
        return scan.is(line, VIA) || scan.is(line, FROM) || scan.is(line, CALL_ID) || scan.is(line, CSEQ);
    }
}
