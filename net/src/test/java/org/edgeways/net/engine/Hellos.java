package org.edgeways.net.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** ClientHellos: written by hand, byte for byte, and by a TLS implementation. */
final class Hellos {

    private Hellos() {}

    static byte[] extension(int type, byte[] body) {
        return concat(number(2, type), number(2, body.length), body);
    }

    static byte[] serverName(String name) {
        byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] entry = concat(new byte[] {0}, number(2, text.length), text);
        return extension(0, concat(number(2, entry.length), entry));
    }

    static byte[] applicationProtocols(String... names) {
        byte[] list = {};
        for (String name : names) {
            byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
            list = concat(list, number(1, text.length), text);
        }
        return extension(16, concat(number(2, list.length), list));
    }

    /** The handshake message with those extensions. */
    static byte[] message(byte[]... extensions) {
        byte[] all = concat(extensions);
        return wrapped(concat(beginning(), number(2, all.length), all));
    }

    /** Of a client that knows no extensions. */
    static byte[] withoutExtensions() {
        return wrapped(beginning());
    }

    private static byte[] beginning() {
        return concat(
                new byte[] {3, 3}, new byte[32], new byte[] {0}, number(2, 2), new byte[] {0x13, 1}, new byte[] {1, 0});
    }

    static byte[] wrapped(byte[] body) {
        return concat(new byte[] {1}, number(3, body.length), body);
    }

    /** In records of {@code size} bytes each. */
    static byte[] records(byte[] message, int size) {
        byte[] all = {};
        for (int at = 0; at < message.length; at += size) {
            int length = Math.min(size, message.length - at);
            byte[] fragment = new byte[length];
            System.arraycopy(message, at, fragment, 0, length);
            all = concat(all, new byte[] {22, 3, 1}, number(2, length), fragment);
        }
        return all;
    }

    /** What the Java runtime sends as the first bytes of a connection. */
    static byte[] ofTheRuntime(String serverName, String... names) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
        parameters.setApplicationProtocols(names);
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    static byte[] number(int size, int value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >> 8 * (size - 1 - i));
        }
        return bytes;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
