package org.edgeways.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.edgeways.accounts.AccountLimits;
import org.edgeways.accounts.Accounts;
import org.edgeways.accounts.NewPerson;
import org.edgeways.accounts.PersonChange;
import org.edgeways.app.Edgeways;
import org.edgeways.app.failure.ExitCode;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.policy.PersonRights;
import org.edgeways.pool.admin.AdminServer;
import org.edgeways.pool.admin.PresenceDesk;
import org.edgeways.pool.presence.engine.LiveDevice;
import org.edgeways.pool.presence.engine.PresenceDefault;
import org.edgeways.pool.presence.engine.PresenceEngine;
import org.edgeways.pool.presence.engine.PresenceHost;
import org.edgeways.pool.presence.engine.PresenceLimits;
import org.edgeways.pool.presence.engine.PresenceRefusal;
import org.edgeways.pool.presence.engine.PresenceSettings;
import org.edgeways.pool.presence.engine.PresenceStorage;
import org.edgeways.pool.presence.engine.PresenceWrite;
import org.edgeways.pool.presence.engine.SavedPresence;
import org.edgeways.pool.presence.engine.SavedSubscription;
import org.edgeways.sip.message.HeaderName;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.proxy.LocalRequestListener;
import org.edgeways.sip.proxy.ProxyRequest;
import org.edgeways.sip.transaction.Destination;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.store.Store;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code edgeways user contact} and {@code edgeways user watcher} over the socket of a pool without network. */
class UserPresenceTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Memory memory = new Memory();
    private final Host host = new Host();
    private @Nullable Accounts people;

    /** A store that is done at once, or fails. */
    private static final class Memory implements PresenceStorage {
        private @Nullable PresenceEngine engine;
        private @Nullable String failure;
        private final List<PresenceWrite> writes = new ArrayList<>();

        @Override
        public void write(long ticket, PresenceWrite write) {
            writes.add(write);
            if (engine != null) {
                engine.written(ticket, failure, 2);
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        Store store = Store.open(directory, List.of(Accounts.SCHEMA), new InMemoryCounters());
        open.add(store);
        Accounts accounts = Accounts.open(
                store,
                List.of("acorn.example", "oak.example"),
                AccountLimits.DEFAULT,
                InstantSource.system(),
                new Random(11),
                new InMemoryCounters());
        for (String name : List.of("alice", "bob", "carol")) {
            accounts.add(new NewPerson(name, null, name.equals("carol") ? "Carol C." : "", new PersonRights(true)))
                    .join();
        }
        people = accounts;
        PresenceEngine engine = new PresenceEngine(
                new PresenceSettings(PresenceDefault.ASK, PresenceLimits.DEFAULT),
                host,
                memory,
                new InMemoryCounters(),
                new Random(5));
        memory.engine = engine;
        open.add(AdminServer.open(
                directory,
                accounts,
                addresses -> CompletableFuture.completedFuture(Map.of()),
                this::ask,
                new InMemoryCounters()));
    }

    private synchronized <T> CompletableFuture<T> ask(PresenceDesk.Question<T> question) {
        CompletableFuture<T> future = new CompletableFuture<>();
        question.ask(presence(), future::complete, 1);
        return future;
    }

    private Accounts accounts() {
        return Objects.requireNonNull(people);
    }

    private PresenceEngine presence() {
        PresenceEngine engine = memory.engine;
        if (engine == null) {
            throw new IllegalStateException("not started");
        }
        return engine;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private int run(String command) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(List.of("user"));
        arguments.addAll(List.of(command.split(" ")));
        arguments.addAll(List.of("--data", directory.toString()));
        return Edgeways.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private List<String> lines(String command) {
        assertThat(run(command)).as(err.toString()).isEqualTo(ExitCode.DONE);
        return out.toString().lines().map(line -> line.replaceAll(" +", " ")).toList();
    }

    private JsonNode json(String command) throws IOException {
        assertThat(run(command + " -o json")).as(err.toString()).isEqualTo(ExitCode.DONE);
        return JSON.readTree(out.toString());
    }

    private String refused(String command) {
        assertThat(run(command)).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).isEmpty();
        return err.toString();
    }

    @Test
    void contactsAreAddedRenamedListedAndRemoved() throws IOException {
        assertThat(lines("contact list alice")).containsExactly("ADDRESS NAME");
        assertThat(lines("contact add alice bob")).containsExactly("ADDRESS NAME", "sip:bob@acorn.example -");
        assertThat(lines("contact add alice carol@acorn.example"))
                .as("a contact is called as the person is")
                .contains("sip:carol@acorn.example Carol C.");
        assertThat(lines("contact add alice sip:bob@acorn.example --display-name Bobby"))
                .containsExactly("ADDRESS NAME", "sip:bob@acorn.example Bobby", "sip:carol@acorn.example Carol C.");
        JsonNode list = json("contact list alice");
        assertThat(list).hasSize(2);
        assertThat(list.get(0).path("address").asText()).isEqualTo("sip:bob@acorn.example");
        assertThat(list.get(0).path("displayName").asText()).isEqualTo("Bobby");
        assertThat(lines("contact list bob")).as("lists are one-sided").hasSize(1);
        assertThat(lines("contact remove alice bob"))
                .containsExactly("ADDRESS NAME", "sip:carol@acorn.example Carol C.");
    }

    @Test
    void decisionsAreMadeListedAndTakenBack() throws IOException {
        assertThat(lines("watcher list alice")).containsExactly("ADDRESS DECISION STATE SUBSCRIPTIONS");
        assertThat(lines("watcher polite-block alice bob")).contains("sip:bob@acorn.example polite-block none 0");
        assertThat(lines("watcher allow alice carol")).contains("sip:carol@acorn.example allow none 0");
        assertThat(lines("watcher block alice bob"))
                .containsExactly(
                        "ADDRESS DECISION STATE SUBSCRIPTIONS",
                        "sip:bob@acorn.example block none 0",
                        "sip:carol@acorn.example allow none 0");
        JsonNode list = json("watcher list alice");
        assertThat(list.get(0).path("decision").asText()).isEqualTo("block");
        assertThat(list.get(0).path("state").asText()).isEqualTo("none");
        assertThat(list.get(0).path("subscriptions").asInt(-1)).isZero();
        assertThat(lines("watcher forget alice bob"))
                .containsExactly("ADDRESS DECISION STATE SUBSCRIPTIONS", "sip:carol@acorn.example allow none 0");
    }

    @ParameterizedTest
    @CsvSource({
        "contact add alice zoe, no other person of the organisation, user list",
        "contact add alice zoe@elsewhere.example, no other person of the organisation, user list",
        "watcher allow alice zoe, no other person of the organisation, user list",
        "watcher allow alice alice, always see their own, name another",
        "contact remove alice bob, no such contact, edgeways user contact list",
        "watcher forget alice bob, no such watcher, edgeways user watcher list",
        "contact list zoe, no such person, edgeways user list",
        "contact add zoe bob, no such person, edgeways user list",
        "watcher block zoe bob, no such person, edgeways user list"
    })
    void whatCannotBeDoneSaysWhyAndWhatToDo(String command, String why, String next) {
        assertThat(refused(command)).contains(why, next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contact add alice bob",
                "watcher allow alice bob",
                "watcher polite-block alice bob",
                "watcher block alice bob"
            })
    void whoIsDisabledIsCalledDisabledAndNotAStranger(String command) {
        accounts().set("bob", new PersonChange(null, null, false)).join();
        assertThat(refused(command)).contains("is disabled").doesNotContain("of the organisation");
    }

    @Test
    void aDecisionAboutSomebodyDisabledCanStillBeTakenBack() {
        run("watcher block alice bob");
        accounts().set("bob", new PersonChange(null, null, false)).join();
        assertThat(lines("watcher forget alice bob")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contact",
                "watcher",
                "contact add alice",
                "contact add",
                "contact list",
                "watcher allow alice",
                "watcher deny alice bob",
                "contact add alice bob --name x"
            })
    void wrongUsageHasAnExitCodeOfItsOwn(String command) {
        assertThat(run(command)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("edgeways user");
    }

    @Test
    void aNameHasItsLimit() {
        assertThat(run("contact add alice bob --display-name " + "x".repeat(128)))
                .isEqualTo(ExitCode.DONE);
        assertThat(refused("contact add alice bob --display-name " + "x".repeat(129)))
                .contains("too long", "at most 128 characters");
    }

    @Test
    void whatIsNotStoredIsNotSaidToBeDoneAndDoesNotHold() {
        lines("contact add alice carol");
        lines("watcher allow alice carol");
        List<String> contacts = lines("contact list alice");
        List<String> watchers = lines("watcher list alice");
        memory.failure = "disk full";
        for (String command : List.of(
                "contact add alice bob",
                "contact add alice carol --display-name C",
                "contact remove alice carol",
                "watcher block alice bob",
                "watcher polite-block alice carol",
                "watcher forget alice carol")) {
            assertThat(refused(command)).as(command).contains("cannot keep this");
            assertThat(lines("contact list alice")).as(command).isEqualTo(contacts);
            assertThat(lines("watcher list alice")).as(command).isEqualTo(watchers);
        }
    }

    /** A subscription of alice's to bob, or to her own list, that runs since before a restart. */
    private void running(String resource, boolean list) {
        presence()
                .restore(
                        new SavedPresence(
                                List.of(new SavedSubscription(
                                        "sub",
                                        "presence",
                                        null,
                                        list,
                                        "sip:alice@acorn.example",
                                        resource,
                                        "call",
                                        "<sip:pool@acorn.example>;tag=sub",
                                        "<sip:alice@acorn.example>;tag=watcher",
                                        "sip:alice@192.0.2.1",
                                        List.of(),
                                        "r",
                                        null,
                                        "phone",
                                        1,
                                        1,
                                        0,
                                        0,
                                        Long.MAX_VALUE / 2)),
                                List.of(),
                                List.of(),
                                List.of()),
                        1);
    }

    private String told() {
        SipMessage notify = host.sent.getLast();
        return notify.first(HeaderName.SUBSCRIPTION_STATE) + "\n" + new String(notify.body(), StandardCharsets.UTF_8);
    }

    @Test
    void decisionsTakeEffectOnARunningSubscriptionAtOnceAlsoWhenTheyAreTakenBack() {
        running("sip:bob@acorn.example", false);
        lines("watcher polite-block bob alice");
        assertThat(told()).startsWith("active").contains("<basic>closed</basic>");
        host.sent.clear();
        lines("watcher forget bob alice");
        assertThat(told()).as("the default is to ask").startsWith("pending").doesNotContain("<basic>");
        lines("watcher allow bob alice");
        assertThat(told()).startsWith("active").contains("<basic>");
        lines("watcher block bob alice");
        assertThat(told()).startsWith("terminated;reason=rejected");
        assertThat(presence().subscriptions()).isZero();
    }

    @Test
    void aContactThatIsTakenOffTheListIsToldOnTheRunningSubscriptionAtOnce() {
        running("sip:alice@acorn.example", true);
        lines("contact add alice bob --display-name Bobby");
        assertThat(told()).contains("Bobby", "sip:bob@acorn.example");
        lines("contact add alice carol");
        assertThat(told()).contains("sip:carol@acorn.example").doesNotContain("noresource");
        lines("contact remove alice bob");
        assertThat(told()).contains("uri=\"sip:bob@acorn.example\"", "state=\"terminated\"", "reason=\"noresource\"");
        assertThat(host.sent).hasSize(3);
    }

    @Test
    void everyChangeIsWritten() {
        run("contact add alice bob --display-name B");
        run("contact remove alice bob");
        run("watcher block alice bob");
        run("watcher forget alice bob");
        assertThat(memory.writes)
                .extracting(write -> write.getClass().getSimpleName())
                .containsExactly("SaveContact", "ForgetContact", "SaveDecision", "ForgetDecision");
    }

    /** Nobody is signed in; who watches can be reached all the same, and takes what is sent. */
    private static final class Host implements PresenceHost {
        private final List<SipMessage> sent = new ArrayList<>();

        @Override
        public void respond(ProxyRequest request, SipMessage response, long now) {}

        @Override
        public void refuse(ProxyRequest request, PresenceRefusal refusal, long now) {}

        @Override
        public void send(SipMessage request, Destination to, LocalRequestListener listener, long now) {
            sent.add(request);
            request.set(HeaderName.VIA, "SIP/2.0/TLS pool.invalid;branch=z9hG4bKtest");
            listener.response(SipMessage.responseTo(request, 200, "OK"), now);
        }

        @Override
        public @Nullable Destination way(
                String party, String watcher, @Nullable String device, List<String> routes, long now) {
            return new Destination.Connection(new Flow(1));
        }

        @Override
        public boolean mayWatch(String watcher, String party, @Nullable String device, @Nullable String credential) {
            return true;
        }

        @Override
        public void flowFailed(String watcher, String device, List<String> routes, long sentAt, long now) {}

        @Override
        public String contact(String dialog) {
            return "<sip:" + dialog + "@pool.invalid>";
        }

        @Override
        public List<LiveDevice> devices(String person, long now) {
            return List.of();
        }

        @Override
        public boolean isPerson(String address) {
            return true;
        }

        @Override
        public String displayName(String address) {
            return "";
        }

        @Override
        public long messagesWaiting(String person) {
            return 0;
        }

        @Override
        public void storeFailed(String what, String why) {}
    }
}
