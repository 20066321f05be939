package org.edgeways.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.edgeways.sip.digest.DigestClient;
import org.jspecify.annotations.Nullable;

/** One client outside: a connection, a person, and what it does for the load that runs. Belongs to the event loop. */
final class Caller extends StreamPeer {

    private static final byte[] VIA = "via".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARK = Requests.MARK.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RECORD_ROUTE = "record-route".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTACT = "contact".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TO = "to".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHALLENGE = "www-authenticate".getBytes(StandardCharsets.US_ASCII);

    private final Wire wire;
    private final Requests requests;
    private final LoadGenerator generator;
    private final DigestClient digest;
    private final MessageTemplate message;
    private final MessageTemplate invite;
    private final CompletableFuture<Void> signedIn = new CompletableFuture<>();
    private @Nullable Channel channel;

    Caller(LoadGenerator generator, Scratch scratch, Wire wire, Requests requests, String password) {
        super(scratch);
        this.generator = generator;
        this.wire = wire;
        this.requests = requests;
        message = requests.message();
        invite = requests.invite();
        String user =
                requests.person().substring("sip:".length(), requests.person().indexOf('@'));
        digest = new DigestClient(user, password);
    }

    /** The connection is ready for SIP. */
    void ready(Channel connected) {
        channel = connected;
    }

    /** Signs in; done when the registrar has accepted. */
    CompletableFuture<Void> signIn(int number) {
        send(requests.register(number, 1, ""), true);
        return signedIn;
    }

    CompletableFuture<Void> signedIn() {
        return signedIn;
    }

    /** Begins one unit of the load's work. */
    void begin(Load load, long scheduledNanos, boolean flush) {
        int number = load.begin(scheduledNanos);
        if (number < 0) {
            return;
        }
        switch (load.workload()) {
            case MESSAGE -> send(message.write(alloc(), number), flush);
            case CALL -> send(invite.write(alloc(), number), flush);
            case SIGN_IN -> send(requests.register(number, 1, ""), flush);
        }
    }

    private io.netty.buffer.ByteBufAllocator alloc() {
        return open().alloc();
    }

    private Channel open() {
        if (channel == null) {
            throw new IllegalStateException("the caller is not connected");
        }
        return channel;
    }

    private void send(String text, boolean flush) {
        send(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)), flush);
    }

    private void send(ByteBuf bytes, boolean flush) {
        Object packed = wire == Wire.WSS ? new TextWebSocketFrame(bytes) : bytes;
        if (flush) {
            var _ = open().writeAndFlush(packed);
        } else {
            var _ = open().write(packed);
        }
    }

    @Override
    void message(ChannelHandlerContext context, MessageScan scan) {
        int status = scan.status();
        if (status < 200) {
            return;
        }
        for (int line = 1; line < scan.lines(); line++) {
            if (scan.is(line, VIA)) {
                int mark = scan.find(line, MARK);
                if (mark >= 0) {
                    char kind = (char) scan.bytes()[mark + MARK.length];
                    answered(scan, kind, Hex.read(scan.bytes(), mark + MARK.length + 1), status);
                    return;
                }
            }
        }
        generator.stray();
    }

    private void answered(MessageScan scan, char kind, int number, int status) {
        switch (kind) {
            case Requests.REGISTER -> registered(scan, number, status);
            case Requests.INVITE -> {
                if (status < 300) {
                    acknowledge(scan, number);
                } else {
                    ended(number, status);
                }
            }
            case Requests.MESSAGE, Requests.BYE -> ended(number, status);
            default -> generator.stray();
        }
    }

    private void registered(MessageScan scan, int number, int status) {
        if (status == 401) {
            List<String> challenges = new ArrayList<>(2);
            for (int line = 1; line < scan.lines(); line++) {
                if (scan.is(line, CHALLENGE)) {
                    challenges.add(scan.value(line));
                }
            }
            String uri = requests.registrar();
            if (digest.challenged(challenges)) {
                String answer = digest.authorization("REGISTER", uri, generator.random())
                        .orElseThrow();
                send(requests.register(number, 2, answer), false);
                return;
            }
        }
        if (!signedIn.isDone()) {
            if (status < 300) {
                signedIn.complete(null);
            } else {
                signedIn.completeExceptionally(new IllegalStateException(requests.person() + " got " + status));
            }
            return;
        }
        ended(number, status);
    }

    private void ended(int number, int status) {
        Load load = generator.load();
        if (load == null || !load.end(number, status, System.nanoTime())) {
            generator.stray();
        } else if (load.isClosedLoop() && !load.isStopped()) {
            begin(load, System.nanoTime(), false);
        }
    }

    private void acknowledge(MessageScan scan, int number) {
        StringBuilder routes = new StringBuilder();
        String target = "";
        String to = "";
        for (int line = 1; line < scan.lines(); line++) {
            if (scan.is(line, RECORD_ROUTE)) {
                // the route set is the record in reverse
                for (String route : scan.value(line).split(",", -1)) {
                    routes.insert(0, "Route: " + route.strip() + "\r\n");
                }
            } else if (scan.is(line, CONTACT)) {
                String contact = scan.value(line);
                target = contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
            } else if (scan.is(line, TO)) {
                to = scan.value(line);
            }
        }
        send(requests.inDialog("ACK", number, target, routes.toString(), to), false);
        send(requests.inDialog("BYE", number, target, routes.toString(), to), false);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        signedIn.completeExceptionally(new IllegalStateException(requests.person() + ": the server closed"));
        generator.closed();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        signedIn.completeExceptionally(cause);
        generator.broke(cause);
        var _ = context.close();
    }
}
