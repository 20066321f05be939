package org.edgeways.app.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.net.PrivateFile;

/**
 * What a script or a person needs to sign in; {@code demo.json} holds it. Fields are added, never changed.
 *
 * @param organisation the SIP domain
 * @param caFile the certificate authority of the certificates that both servers show to clients, PEM
 * @param edge where clients outside connect to
 * @param inside where clients inside connect to
 * @param admin where counters and health are read
 * @param people who there is
 * @param dataDirectory what {@code --data} of the other commands takes
 * @param settingsDirectory what {@code --settings} of the pool takes: change a file there, and it is taken
 * @param digestAlgorithms what the pool offers
 * @param turn where the relay for audio and video is
 */
public record DemoDescription(
        String organisation,
        String caFile,
        Edge edge,
        Inside inside,
        Admin admin,
        List<Person> people,
        String dataDirectory,
        String settingsDirectory,
        List<String> digestAlgorithms,
        Turn turn) {

    /** The file's name in the demo's data directory. */
    public static final String FILE_NAME = "demo.json";

    /** Where clients outside connect to. */
    public record Edge(String host, int sipTlsPort, String webSocketUrl) {}

    /**
     * Where clients inside connect to.
     *
     * @param credentialsUrl where they get credentials for the relay, as {@link Turn} says it of those outside
     */
    public record Inside(String host, int sipTlsPort, String credentialsUrl) {}

    /**
     * Where counters and health are read.
     *
     * @param url {@code metrics}, {@code health/live} and {@code health/ready} are below it
     */
    public record Admin(String url) {}

    /**
     * Where the relay for audio and video is.
     *
     * @param udpPort of STUN and TURN over UDP
     * @param tlsPort of TURN over TLS, and over TCP
     * @param credentialsUrl where clients get credentials, by HTTP digest with name and password
     */
    public record Turn(String host, int udpPort, int tlsPort, String credentialsUrl) {}

    /**
     * Credentials for the relay; the text form hides the password.
     *
     * @param username says when they end
     */
    public record TurnCredentials(String username, String credential) {
        @Override
        public String toString() {
            return "TurnCredentials[" + username + ", ***]";
        }
    }

    /** Somebody to sign in as; the text form hides the password. */
    public record Person(
            String name, String uri, String username, String password, boolean remoteAccess, TurnCredentials turn) {
        @Override
        public String toString() {
            return "Person[" + uri + ", password=***]";
        }
    }

    public DemoDescription {
        people = List.copyOf(people);
        digestAlgorithms = List.copyOf(digestAlgorithms);
    }

    /** The person of that name, who must exist. */
    public Person person(String name) {
        return people.stream()
                .filter(person -> person.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nobody is named " + name));
    }

    /** Writes the file, whole or not at all, mode 0600. */
    void write(Path file) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        PrivateFile.write(file, (json.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
