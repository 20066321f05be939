package org.edgeways.link;

import java.util.List;
import java.util.Optional;
import org.edgeways.link.http.HeaderField;

/**
 * The head of what a service answered, or of what the inside answered in its place.
 *
 * @param status 200 to 599; 200 if a WebSocket is open
 * @param fields with lower-case names
 */
public record LinkResponse(int status, List<HeaderField> fields) {

    public LinkResponse {
        fields = List.copyOf(fields);
    }

    /** The first field of that name. */
    public Optional<String> field(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .map(HeaderField::value)
                .findFirst();
    }

    /** Why the inside itself refused: an error code. Empty if the service answered. */
    public Optional<String> refusal() {
        return field(LinkProtocol.REASON);
    }
}
