package org.edgeways.interop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.edgeways.link.LinkResponse;
import org.edgeways.link.LinkStream;
import org.edgeways.link.LinkStreamEvents;
import org.edgeways.link.engine.LinkErrorCode;
import org.jspecify.annotations.Nullable;

/** One request to an inside service over the Link, as the edge end sees it. What is kept of the answer is its first 1 MiB. */
final class ServiceExchange implements LinkStreamEvents {

    private static final int KEPT = 1024 * 1024;
    private static final int PART = 16 * 1024;
    private static final long PATIENCE_SECONDS = 60;

    private final CompletableFuture<LinkStream> stream = new CompletableFuture<>();
    private final CompletableFuture<LinkResponse> head = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final AtomicLong bytes = new AtomicLong();
    private final MessageDigest digest = Nginx.sha256();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private volatile boolean eager;
    private volatile @Nullable Runnable whenWritable;

    private ServiceExchange(boolean eager) {
        this.eager = eager;
    }

    /** Reads as fast as it comes. */
    static ServiceExchange reading() {
        return new ServiceExchange(true);
    }

    /** Reads nothing of the body until {@link #readOn}. */
    static ServiceExchange stopped() {
        return new ServiceExchange(false);
    }

    /** From now on reads as fast as it comes. */
    void readOn() {
        eager = true;
        LinkStream opened = await(stream);
        opened.loop().execute(opened::read);
    }

    void send(byte[] part, boolean last) {
        LinkStream opened = await(stream);
        opened.loop().execute(() -> opened.send(Unpooled.wrappedBuffer(part), last));
    }

    /** Sends that many bytes, a multiple of 16 KiB, as fast as they are taken. */
    void upload(long total, long seed) {
        Random random = new Random(seed);
        long[] sent = new long[1];
        LinkStream opened = await(stream);
        Runnable more = () -> {
            while (opened.isWritable() && sent[0] < total) {
                byte[] part = new byte[PART];
                random.nextBytes(part);
                sent[0] += part.length;
                opened.send(Unpooled.wrappedBuffer(part), sent[0] >= total);
            }
        };
        whenWritable = more;
        opened.loop().execute(more);
    }

    void cancel() {
        LinkStream opened = await(stream);
        opened.loop().execute(opened::cancel);
    }

    LinkResponse answer() {
        return await(head);
    }

    /** Waits for the end of the answer; its SHA-256, hexadecimal. */
    String wholeDigest() {
        return await(end);
    }

    /** Waits for the end of the answer. */
    byte[] whole() {
        await(end);
        return kept();
    }

    /** What has come so far. */
    byte[] kept() {
        synchronized (kept) {
            return kept.toByteArray();
        }
    }

    long bytes() {
        return bytes.get();
    }

    /** Why it was broken off. */
    LinkErrorCode failure() {
        try {
            end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("the stream did not fail");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Failed failed) {
                return failed.code;
            }
            throw new AssertionError(e);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Failed extends Exception {
        private static final long serialVersionUID = 1;
        private final transient LinkErrorCode code;

        Failed(LinkErrorCode code, String reason) {
            super(code.code() + ": " + reason);
            this.code = code;
        }
    }

    private <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new AssertionError(bytes + " bytes of the answer have come", e);
        }
    }

    @Override
    public void opened(LinkStream opened) {
        stream.complete(opened);
    }

    @Override
    public void answered(LinkResponse answer) {
        head.complete(answer);
        more();
    }

    @Override
    public void received(ByteBuf data) {
        bytes.addAndGet(data.readableBytes());
        byte[] part = new byte[data.readableBytes()];
        data.readBytes(part);
        data.release();
        digest.update(part);
        synchronized (kept) {
            kept.write(part, 0, Math.min(part.length, KEPT - kept.size()));
        }
        more();
    }

    private void more() {
        LinkStream opened = stream.getNow(null);
        if (eager && opened != null) {
            opened.read();
        }
    }

    @Override
    public void ended() {
        end.complete(HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public void writable() {
        Runnable more = whenWritable;
        if (more != null) {
            more.run();
        }
    }

    @Override
    public void failed(LinkErrorCode code, String reason) {
        Failed failure = new Failed(code, reason);
        stream.completeExceptionally(failure);
        head.completeExceptionally(failure);
        end.completeExceptionally(failure);
    }
}
