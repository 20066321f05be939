package org.edgeways.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.link.engine.LinkErrorCode;

/** What a test does with one stream at the edge: sends a body, reads the whole answer, or reads only when told to. */
final class Exchange implements LinkStreamEvents {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A stream that failed. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;
        final LinkErrorCode code;

        Failed(LinkErrorCode code, String reason) {
            super(code.code() + ": " + reason);
            this.code = code;
        }
    }

    final CompletableFuture<LinkStream> stream = new CompletableFuture<>();
    final CompletableFuture<LinkResponse> head = new CompletableFuture<>();
    final CompletableFuture<String> body = new CompletableFuture<>();
    final AtomicLong bytes = new AtomicLong();
    private final StringBuilder text = new StringBuilder();
    private volatile boolean eager;
    private final boolean keep;

    private Exchange(boolean eager, boolean keep) {
        this.eager = eager;
        this.keep = keep;
    }

    /** Reads all and keeps it. */
    static Exchange reading() {
        return new Exchange(true, true);
    }

    /** Reads all and only counts it. */
    static Exchange counting() {
        return new Exchange(true, false);
    }

    /** Reads nothing until the test asks the stream to. */
    static Exchange stopped() {
        return new Exchange(false, false);
    }

    /** From now on reads all. */
    void readOn() throws Exception {
        LinkStream opened = await(stream);
        opened.loop().execute(() -> {
            eager = true;
            opened.read();
        });
    }

    void send(String part, boolean last) throws Exception {
        LinkStream opened = await(stream);
        opened.loop().execute(() -> opened.send(Unpooled.copiedBuffer(part, StandardCharsets.ISO_8859_1), last));
    }

    String text() {
        synchronized (text) {
            return text.toString();
        }
    }

    LinkResponse awaitHead() throws Exception {
        return await(head);
    }

    String awaitBody() throws Exception {
        return await(body);
    }

    /** Why the stream failed. */
    LinkErrorCode awaitFailure() throws Exception {
        try {
            await(body);
            throw new AssertionError("the stream did not fail");
        } catch (Failed failed) {
            return failed.code;
        }
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failed failed ? failed : e;
        } catch (TimeoutException e) {
            throw new AssertionError("nothing within " + PATIENCE, e);
        }
    }

    @Override
    public void opened(LinkStream opened) {
        stream.complete(opened);
    }

    @Override
    public void answered(LinkResponse answer) {
        head.complete(answer);
        readMore();
    }

    @Override
    public void received(ByteBuf data) {
        bytes.addAndGet(data.readableBytes());
        if (keep) {
            synchronized (text) {
                text.append(data.toString(StandardCharsets.ISO_8859_1));
            }
        }
        data.release();
        readMore();
    }

    private void readMore() {
        LinkStream opened = stream.getNow(null);
        if (eager && opened != null) {
            opened.read();
        }
    }

    @Override
    public void ended() {
        body.complete(text());
    }

    @Override
    public void writable() {}

    @Override
    public void failed(LinkErrorCode code, String reason) {
        Failed failure = new Failed(code, reason);
        stream.completeExceptionally(failure);
        head.completeExceptionally(failure);
        body.completeExceptionally(failure);
    }
}
