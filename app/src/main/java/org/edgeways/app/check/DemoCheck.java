package org.edgeways.app.check;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.edgeways.app.demo.DemoDescription;
import org.edgeways.base.InMemoryCounters;
import org.edgeways.net.ClientTls;
import org.edgeways.net.EventLoops;
import org.edgeways.net.Pem;
import org.edgeways.net.ProcessClock;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.siptransport.TransportContext;

/**
 * Plays every scenario against a running demo, with clients of its own that know no more of it than {@code demo.json}
 * says and trust its certificate authority only.
 */
public final class DemoCheck {

    private final DemoDescription demo;

    /** @param demo what to check */
    public DemoCheck(DemoDescription demo) {
        this.demo = demo;
    }

    /**
     * Plays all scenarios, each also when one before it failed.
     *
     * @param report is told of each as it ends
     * @return all outcomes
     * @throws IOException if the clients cannot be made at all
     */
    public List<Outcome> run(Consumer<Outcome> report) throws IOException {
        List<X509Certificate> authority =
                Pem.readCertificates(Path.of(demo.caFile())).orThrow();
        ClientTls tls = new TlsContexts(TlsProvider.best()).client(authority);
        List<Outcome> outcomes = new ArrayList<>();
        try (EventLoops loops = new EventLoops(1);
                TransportContext transport =
                        new TransportContext(loops, new ProcessClock(), new InMemoryCounters(), new SecureRandom())) {
            List<Scenario> all = new ArrayList<>(Scenarios.all());
            all.addAll(PerimeterScenarios.all());
            all.addAll(RelayScenarios.all());
            for (Scenario scenario : all) {
                Outcome outcome = play(scenario, transport, tls);
                outcomes.add(outcome);
                report.accept(outcome);
            }
        }
        return outcomes;
    }

    private Outcome play(Scenario scenario, TransportContext transport, ClientTls tls) {
        long began = System.nanoTime();
        String failure = "";
        try (Stage stage = new Stage(demo, transport, tls)) {
            scenario.play().on(stage);
        } catch (IOException | RuntimeException e) {
            String message = e.getMessage();
            failure = message == null ? e.toString() : message;
        }
        return new Outcome(scenario.title(), Duration.ofNanos(System.nanoTime() - began), failure);
    }
}
