package org.edgeways.net.http;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which web pages may ask for something with a person's credentials, and what their browser is told of it (Fetch standard,
 * CORS). A page computes the digest itself and reads the challenge, so both are allowed by name, and nothing that a browser would
 * add of itself, such as cookies. Clients that are no browser may ask always, and so may pages of the host that is asked.
 */
public final class PageOrigins {

    private static final String PREFLIGHT_SECONDS = "600";
    private static final String ORIGIN = "origin";

    private final Set<String> origins;

    /**
     * These.
     *
     * @param origins such as {@code https://chat.acorn.example}, compared without regard to case; empty for none but the host's own
     */
    public PageOrigins(Set<String> origins) {
        this.origins = origins.stream().map(PageOrigins::folded).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether who sends that may ask. */
    public boolean mayAsk(HttpAsk request) {
        List<String> origin = request.values(ORIGIN);
        return origin.isEmpty() ? !isSentByAnotherPage(request) : isNamed(origin) || isOwn(request, origin);
    }

    /** The answer with what lets the page that asks read it; what the answer says itself goes before. */
    public HttpAnswer shown(HttpAnswer answer, HttpAsk request) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("vary", List.of(ORIGIN));
        List<String> origin = request.values(ORIGIN);
        if (isNamed(origin)) {
            headers.put("access-control-allow-origin", origin);
            headers.put("access-control-expose-headers", List.of("www-authenticate"));
        }
        headers.putAll(answer.headers());
        return answer.with(headers);
    }

    /** Answers a browser that asks whether a page may send credentials (OPTIONS). */
    public HttpAnswer preflight() {
        return HttpAnswer.text(204, "")
                .with(Map.of(
                        "access-control-allow-methods", List.of("GET"),
                        "access-control-allow-headers", List.of("authorization"),
                        "access-control-max-age", List.of(PREFLIGHT_SECONDS)));
    }

    private boolean isNamed(List<String> origin) {
        return origin.size() == 1 && origins.contains(folded(origin.getFirst()));
    }

    /** Scheme and host have no case; a browser writes them small, whoever writes settings may not. */
    private static String folded(String origin) {
        return origin.toLowerCase(Locale.ROOT);
    }

    /**
     * A browser names no origin where it goes to another page, or loads a picture; that is asked with what the page put into
     * the link, a name and password too. It says who had it go there (Fetch Metadata, Sec-Fetch-Site), save a person.
     */
    private static boolean isSentByAnotherPage(HttpAsk request) {
        return !Set.of("none", "same-origin").containsAll(request.values("sec-fetch-site"));
    }

    /** A page of the host that is asked needs no permission. */
    private static boolean isOwn(HttpAsk request, List<String> origin) {
        List<String> host = request.values("host");
        return host.size() == 1
                && origin.size() == 1
                && origin.getFirst().equalsIgnoreCase("https://" + host.getFirst());
    }
}
