package org.edgeways.app.role;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.edgeways.accessedge.CredentialService;
import org.edgeways.link.LinkAcceptor;
import org.edgeways.link.LinkRequest;
import org.edgeways.link.LinkResponse;
import org.edgeways.link.LinkStream;
import org.edgeways.link.LinkStreamEvents;
import org.edgeways.link.engine.LinkErrorCode;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.link.http.HeaderField;
import org.edgeways.pool.relay.CredentialsSocket;
import org.jspecify.annotations.Nullable;

/** Asks the inside for relay credentials, over the Link. */
final class LinkCredentials implements CredentialService {

    /** The longest answer, in bytes. */
    static final int ANSWER_BYTES = 16 * 1024;

    private static final Answer UNREACHABLE = new Answer(503, List.of(), new byte[0]);

    private final LinkAcceptor link;
    private final String node;
    private final Supplier<Optional<String>> inside;

    /**
     * For one node.
     *
     * @param inside the name of the inside that has people; empty if there is none
     */
    LinkCredentials(LinkAcceptor link, String node, Supplier<Optional<String>> inside) {
        this.link = link;
        this.node = node;
        this.inside = inside;
    }

    @Override
    public void ask(Question question, Consumer<Answer> answer) {
        Optional<String> asked = inside.get();
        if (asked.isEmpty()) {
            answer.accept(UNREACHABLE);
            return;
        }
        LinkRequest request = LinkRequest.get(RelayPart.SERVICE, question.target())
                .at(asked.get())
                .with(CredentialsSocket.NODE_FIELD, node);
        for (String value : question.authorization()) {
            request = request.with("authorization", value);
        }
        link.open(request, TrafficClass.INTERACTIVE, new Reading(answer));
    }

    /** Reads one answer, and tells of it once. */
    private static final class Reading implements LinkStreamEvents {
        private final Consumer<Answer> answer;
        private final AtomicBoolean told = new AtomicBoolean();
        private final ByteBuf body = Unpooled.buffer();
        private final List<String> challenges = new ArrayList<>();
        private @Nullable LinkStream stream;
        private int status;

        Reading(Consumer<Answer> answer) {
            this.answer = answer;
        }

        private void tell(Answer what) {
            if (told.compareAndSet(false, true)) {
                answer.accept(what);
            }
        }

        @Override
        public void opened(LinkStream opened) {
            stream = opened;
        }

        @Override
        public void answered(LinkResponse head) {
            status = head.refusal().isPresent() ? UNREACHABLE.status() : head.status();
            for (HeaderField field : head.fields()) {
                if (field.name().equals("www-authenticate")) {
                    challenges.add(field.value());
                }
            }
            more();
        }

        @Override
        public void received(ByteBuf data) {
            try {
                if (body.readableBytes() + data.readableBytes() > ANSWER_BYTES) {
                    tell(UNREACHABLE);
                    if (stream != null) {
                        stream.cancel();
                    }
                    return;
                }
                body.writeBytes(data);
            } finally {
                data.release();
            }
            more();
        }

        private void more() {
            if (stream != null) {
                stream.read();
            }
        }

        @Override
        public void ended() {
            tell(new Answer(status, challenges, ByteBufUtil.getBytes(body)));
        }

        @Override
        public void writable() {}

        @Override
        public void failed(LinkErrorCode code, String reason) {
            tell(UNREACHABLE);
        }
    }
}
