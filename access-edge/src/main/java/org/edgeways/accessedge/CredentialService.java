package org.edgeways.accessedge;

import java.util.List;
import java.util.function.Consumer;

/** Where clients outside get credentials for relays: the inside. */
@FunctionalInterface
public interface CredentialService {

    /** The path under which it is served outside, and inside. */
    String PATH = "/av/v1/credentials";

    /**
     * What a client asks.
     *
     * @param target the path, and the query as it came
     * @param authorization the values of its Authorization header, not believed yet
     */
    record Question(String target, List<String> authorization) {
        public Question {
            authorization = List.copyOf(authorization);
        }
    }

    /**
     * What the inside answers.
     *
     * @param status such as 200
     * @param challenges values of WWW-Authenticate
     * @param body JSON
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Answer(int status, List<String> challenges, byte[] body) {
        public Answer {
            challenges = List.copyOf(challenges);
        }
    }

    /**
     * Asks. On an event loop: must not wait.
     *
     * @param answer is to be called once, on any thread; with status 503 if the inside cannot be asked
     */
    void ask(Question question, Consumer<Answer> answer);
}
