package org.edgeways.pool.relay;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpAsk;
import org.edgeways.net.http.HttpRoute;
import org.edgeways.net.http.PageOrigins;

/** Asks {@link CredentialsDesk} for people inside, who come over HTTPS to the port that they have for SIP. */
public final class InsideCredentials implements HttpRoute.Asking {

    private static final Set<String> METHODS = Set.of("GET", "OPTIONS");

    private final CredentialsDesk desk;

    /** One that passes requests to that desk. */
    public InsideCredentials(CredentialsDesk desk) {
        this.desk = desk;
    }

    /** What is to be served inside. */
    public HttpRoute route() {
        return new HttpRoute.Asked(CredentialsDesk.PATH, METHODS, this);
    }

    /** On a thread of its own: the desk computes hashes, and waits for who else asks. */
    @Override
    public void ask(HttpAsk request, Consumer<HttpAnswer> answer) {
        Thread.ofVirtual().name("relay credentials inside").start(() -> answered(request, answer));
    }

    private void answered(HttpAsk request, Consumer<HttpAnswer> answer) {
        PageOrigins pages = new PageOrigins(desk.pages());
        if (!pages.mayAsk(request)) {
            answer.accept(pages.shown(
                    http(desk.refusal(403, RelayErrorCode.PAGE_REFUSED, RelayErrorCode.PAGE_REFUSED.meaning())),
                    request));
        } else if (request.method().equals("OPTIONS")) {
            answer.accept(pages.shown(pages.preflight(), request));
        } else {
            answer.accept(pages.shown(http(asked(request)), request));
        }
    }

    private CredentialsDesk.Answer asked(HttpAsk request) {
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        return desk.await(new CredentialsDesk.Question(
                new CredentialsDesk.Place.Inside(request.source()),
                request.method(),
                CredentialsDesk.PATH + query,
                request.values("authorization")));
    }

    private static HttpAnswer http(CredentialsDesk.Answer made) {
        return new HttpAnswer(
                made.status(),
                "application/json",
                made.body().getBytes(StandardCharsets.UTF_8),
                made.challenges().isEmpty() ? Map.of() : Map.of("www-authenticate", made.challenges()));
    }
}
