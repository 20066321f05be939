package org.edgeways.net.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.edgeways.net.Handshakes;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.engine.ClientHello;
import org.edgeways.net.engine.ClientHelloReader;
import org.edgeways.net.engine.Demultiplexer;
import org.edgeways.net.engine.FirstBytes;
import org.edgeways.net.engine.RawProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Brings one connection from its first byte to the protocol that it is for, as {@link Demultiplexer} decides, then goes.
 * Bytes are held until it is decided who reads them: of a ClientHello {@link ListenerSettings#helloBytes} at most, of
 * what is decrypted what comes at once.
 */
final class OpeningHandler extends ChannelInboundHandlerAdapter {

    /** RFC 8446 section 6.2. */
    private static final int DECODE_ERROR = 50;

    private static final int NO_APPLICATION_PROTOCOL = 120;

    private final Opening opening;
    private final ListenerSettings settings;
    private final ProtocolTable.Protocols protocols;
    private final ClientHelloReader hello;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private @Nullable ServerTls secured;
    private @Nullable String serverName;
    private Demultiplexer.@Nullable Choice choice;

    OpeningHandler(Opening opening, ListenerSettings settings, ProtocolTable.Protocols protocols) {
        this.opening = opening;
        this.settings = settings;
        this.protocols = protocols;
        this.hello = new ClientHelloReader(settings.helloBytes());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Protocol clear = protocols.clear();
        if (clear != null) {
            take(context, clear, null);
        }
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        if (!(received instanceof ByteBuf buffer) || opening.stage() == Opening.Stage.OVER) {
            ReferenceCountUtil.release(received);
            return;
        }
        if (secured != null) {
            hold(context, buffer);
            judge(context);
            return;
        }
        byte[] bytes = ByteBufUtil.getBytes(buffer);
        boolean first = !held.isReadable();
        hold(context, buffer);
        if (bytes.length > 0 && !(first && beginsOtherwise(context, bytes))) {
            read(context, bytes);
        }
    }

    private void hold(ChannelHandlerContext context, ByteBuf buffer) {
        if (!held.isReadable()) {
            held.release();
            held = buffer;
            return;
        }
        ByteBuf longer = context.alloc().buffer(held.readableBytes() + buffer.readableBytes());
        longer.writeBytes(held).writeBytes(buffer);
        held.release();
        buffer.release();
        held = longer;
    }

    private ByteBuf giveUp() {
        ByteBuf given = held;
        held = Unpooled.EMPTY_BUFFER;
        return given;
    }

    // ---- before TLS

    /** True if that is no TLS and all is done. */
    private boolean beginsOtherwise(ChannelHandlerContext context, byte[] bytes) {
        return switch (RawProtocol.of(bytes[0])) {
            case TLS -> false;
            case STUN -> {
                Protocol stun = protocols.clearStun();
                if (stun == null) {
                    opening.refuse(NetErrorCode.PROTOCOL_NOT_SERVED, "STUN");
                } else {
                    take(context, stun, null);
                }
                yield true;
            }
            case OTHER -> {
                opening.refuse(RawProtocol.isBrowsing(bytes) ? NetErrorCode.CLEAR_PAGE : NetErrorCode.CLEAR_TEXT, "");
                yield true;
            }
        };
    }

    private void read(ChannelHandlerContext context, byte[] bytes) {
        switch (hello.feed(bytes, 0, bytes.length)) {
            case ClientHelloReader.Progress.More more -> {}
            case ClientHelloReader.Progress.Bad(NetErrorCode code, int offset, String reason) ->
                refuse(context, DECODE_ERROR, code, reason + " at " + offset);
            case ClientHelloReader.Progress.Complete(ClientHello whole) -> {
                serverName = whole.serverName();
                choose(context, whole);
            }
        }
    }

    private void choose(ChannelHandlerContext context, ClientHello whole) {
        Demultiplexer.Choice chosen = protocols.demultiplexer().choose(whole);
        choice = chosen;
        switch (chosen) {
            case Demultiplexer.Choice.Refused(NetErrorCode code) -> {
                if (protocols.expects(whole)) {
                    opening.early();
                    alert(context, NO_APPLICATION_PROTOCOL);
                } else {
                    refuse(context, NO_APPLICATION_PROTOCOL, code, String.join(" ", whole.applicationProtocols()));
                }
            }
            case Demultiplexer.Choice.Named(Demultiplexer.Entry entry, String name) ->
                secure(context, protocols.get(entry).tls(), name);
            case Demultiplexer.Choice.Only(Demultiplexer.Entry entry) ->
                secure(context, protocols.get(entry).tls(), null);
            case Demultiplexer.Choice.ByFirstBytes byFirstBytes -> secure(context, protocols.unnamedTls(), null);
        }
    }

    private void secure(
            ChannelHandlerContext context, @Nullable ServerCertificates certificates, @Nullable String name) {
        ServerTls server = Objects.requireNonNull(certificates, "a protocol chosen by TLS has some")
                .forName(serverName);
        SslHandler tls =
                server.newHandler(context.alloc(), settings.admission().limits().handshakeTimeout(), name);
        secured = server;
        context.pipeline().addBefore(context.name(), "tls", tls);
        context.pipeline().fireChannelRead(giveUp());
    }

    /** Says why in the clear, as TLS has it before the handshake, and closes. */
    private void refuse(ChannelHandlerContext context, int alert, NetErrorCode code, String detail) {
        opening.refused(code, detail);
        alert(context, alert);
    }

    private static void alert(ChannelHandlerContext context, int alert) {
        byte[] record = {0x15, 3, 3, 0, 2, 2, (byte) alert};
        var _ = context.writeAndFlush(Unpooled.wrappedBuffer(record)).addListener(ChannelFutureListener.CLOSE);
    }

    // ---- after the handshake

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent completion && opening.stage() == Opening.Stage.HANDSHAKE) {
            if (completion.isSuccess()) {
                shaken(context);
            } else {
                Throwable cause = completion.cause();
                opening.refuse(Handshakes.codeOf(cause), String.valueOf(cause.getMessage()));
            }
        }
        super.userEventTriggered(context, event);
    }

    private void shaken(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        X509Certificate shown = Handshakes.certificateOf(tls);
        if (shown != null
                && !Objects.requireNonNull(secured, "no handshake without it").takes(context.channel(), shown)) {
            opening.refuse(NetErrorCode.CERTIFICATE_REFUSED, "refused while it connected");
            return;
        }
        String agreed = tls.applicationProtocol();
        switch (Objects.requireNonNull(choice, "no handshake without a choice")) {
            case Demultiplexer.Choice.Named(Demultiplexer.Entry entry, String name) -> {
                if (name.equals(agreed)) {
                    take(context, protocols.get(entry), name);
                } else {
                    opening.refuse(NetErrorCode.PROTOCOL_NOT_COMMON, "not agreed on: " + name);
                }
            }
            case Demultiplexer.Choice.Only(Demultiplexer.Entry entry) -> take(context, protocols.get(entry), null);
            case Demultiplexer.Choice.ByFirstBytes byFirstBytes -> opening.advance(Opening.Stage.FIRST_BYTES);
            case Demultiplexer.Choice.Refused refused ->
                throw new IllegalStateException("shaken hands after " + refused);
        }
    }

    private void judge(ChannelHandlerContext context) {
        byte[] bytes =
                ByteBufUtil.getBytes(held, held.readerIndex(), Math.min(held.readableBytes(), FirstBytes.LIMIT_BYTES));
        switch (protocols.demultiplexer().judge(bytes, bytes.length)) {
            case Demultiplexer.Verdict.More more -> {}
            case Demultiplexer.Verdict.Refused(NetErrorCode code) -> opening.refuse(code, "");
            case Demultiplexer.Verdict.Take(Demultiplexer.Entry entry) -> take(context, protocols.get(entry), null);
        }
    }

    private void take(ChannelHandlerContext context, Protocol protocol, @Nullable String name) {
        opening.advance(Opening.Stage.TAKEN);
        protocol.taker().take(new Accepted(opening, context.channel(), name, serverName));
        ByteBuf read = giveUp();
        if (read.isReadable()) {
            context.fireChannelRead(read);
        } else {
            read.release();
        }
        context.pipeline().remove(this);
    }

    // ---- its end

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (opening.stage() == Opening.Stage.HANDSHAKE) {
            opening.refused(NetErrorCode.HANDSHAKE_FAILED, "closed by the other side");
        }
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        giveUp().release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // a failed handshake is told by its completion event; what else can break here ends the connection
        var _ = context.close();
    }
}
