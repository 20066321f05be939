package org.edgeways.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** A request that was written once and is sent many times; only its number changes. */
final class MessageTemplate {

    /** Where the number goes, as often as it stands in the text. */
    static final String NUMBER = "@NUMBER@";

    private final byte[] bytes;
    private final int[] places;

    MessageTemplate(String text) {
        String[] parts = text.split(NUMBER, -1);
        places = new int[parts.length - 1];
        StringBuilder whole = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            places[i - 1] = whole.length();
            whole.append(Hex.ZERO).append(parts[i]);
        }
        bytes = whole.toString().getBytes(StandardCharsets.US_ASCII);
    }

    int length() {
        return bytes.length;
    }

    ByteBuf write(ByteBufAllocator allocator, int number) {
        ByteBuf buffer = allocator.buffer(bytes.length).writeBytes(bytes);
        for (int place : places) {
            Hex.put(buffer, place, number);
        }
        return buffer;
    }
}
