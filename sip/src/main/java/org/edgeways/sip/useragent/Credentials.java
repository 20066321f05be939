package org.edgeways.sip.useragent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.edgeways.base.Result;
import org.edgeways.sip.digest.DigestChallenge;
import org.edgeways.sip.digest.DigestClient;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;

/**
 * One name and password against every realm that asks for it. Registrars and proxies are kept apart, so that what one
 * asked for is not told to the other. Once asked, credentials go along unasked, with a counted nonce.
 */
final class Credentials {

    private static final int MAX_REALMS = 8;

    private record Asker(boolean registrar, HeaderName header, String realm) {}

    private final String username;
    private final String password;
    private final RandomGenerator random;
    private final Map<Asker, DigestClient> clients = new LinkedHashMap<>();

    Credentials(String username, String password, RandomGenerator random) {
        this.username = username;
        this.password = password;
        this.random = random;
    }

    /** What to do after a 401 or 407. */
    enum Challenge {
        ANSWERABLE,
        /** Answerable, and what was sent before was refused for its nonce only. */
        STALE,
        UNKNOWN
    }

    Challenge challenged(SipMessage request, SipMessage response) {
        boolean proxy = response.status() == 407;
        HeaderName asks = proxy ? HeaderName.PROXY_AUTHENTICATE : HeaderName.WWW_AUTHENTICATE;
        HeaderName answers = proxy ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
        Map<String, List<String>> byRealm = new LinkedHashMap<>();
        for (String header : response.values(asks)) {
            if (DigestChallenge.parse(header) instanceof Result.Ok<DigestChallenge>(DigestChallenge challenge)) {
                byRealm.computeIfAbsent(challenge.realm(), _ -> new ArrayList<>())
                        .add(header);
            }
        }
        Challenge outcome = Challenge.UNKNOWN;
        for (Map.Entry<String, List<String>> realm : byRealm.entrySet()) {
            Asker asker = new Asker(request.method().equals("REGISTER"), answers, realm.getKey());
            if (!clients.containsKey(asker) && clients.size() >= MAX_REALMS) {
                clients.remove(clients.keySet().iterator().next());
            }
            DigestClient client = clients.computeIfAbsent(asker, _ -> new DigestClient(username, password));
            if (client.challenged(realm.getValue()) && outcome != Challenge.STALE) {
                outcome = client.stale() ? Challenge.STALE : Challenge.ANSWERABLE;
            }
        }
        return outcome;
    }

    /** Puts on what is known to be asked for. */
    void apply(SipMessage request) {
        request.remove(HeaderName.AUTHORIZATION);
        request.remove(HeaderName.PROXY_AUTHORIZATION);
        boolean registrar = request.method().equals("REGISTER");
        clients.forEach((asker, client) -> {
            if (asker.registrar() == registrar) {
                client.authorization(request.method(), request.requestUriText(), random)
                        .ifPresent(value -> request.add(asker.header(), value));
            }
        });
    }
}
