package org.edgeways.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.net.Pem;

/** The certificates by which a {@link SeparateSite}'s pool and node know each other, as they are in use. */
final class LinkCertificates {

    private final SeparateSite site;
    private final List<String> replaced = new ArrayList<>();
    private int looks;

    LinkCertificates(SeparateSite site) {
        this.site = site;
    }

    /** The node gets another one over the Link, and shows it to who connects. */
    void renewNode() throws IOException {
        String before = ofNode();
        renew(before);
        Polling.until("the node shows another certificate", Account.STEP, () -> !ofNode().equals(before));
        assertThat(good("node")).contains(ofNode());
    }

    /** The pool gets another one from its authority, for what it dials from now on. */
    void renewPool() {
        String before = ofPool();
        renew(before);
        assertThat(ofPool()).isNotEqualTo(before);
        assertThat(good("service")).contains(ofPool());
    }

    private void renew(String serial) {
        site.administrator().ask(AdminClient.request("certificate-renew").put("serial", serial));
        replaced.add(serial);
    }

    /** Those of before, each of which was in use once. */
    List<String> replaced() {
        return replaced;
    }

    /** Refuses those of before: who still had one is cut off, and has to come back with another. */
    void refuseReplaced() {
        replaced.forEach(serial -> site.administrator()
                .ask(AdminClient.request("certificate-refuse").put("serial", serial)));
    }

    /** How often the node's inside leg was connected to, to see what it shows. */
    int looks() {
        return looks;
    }

    private List<String> good(String kind) {
        List<String> serials = new ArrayList<>();
        for (JsonNode each : site.administrator()
                .ask(AdminClient.request("certificate-list"))
                .path("certificates")) {
            if (each.path("kind").asText().equals(kind) && !each.hasNonNull("refused")) {
                serials.add(each.path("serial").asText());
            }
        }
        return serials;
    }

    /** What the pool shows to who it dials. */
    private String ofPool() {
        return site.administrator()
                .ask(AdminClient.request("status"))
                .path("serviceSerial")
                .asText();
    }

    /** What the node shows on its inside leg, to somebody inside who has no certificate and is turned away after that. */
    private String ofNode() {
        try {
            return site.networks().pool().here(this::shown).getSerialNumber().toString(16);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private X509Certificate shown() throws IOException {
        looks++;
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "authority",
                    Pem.readCertificates(site.authorityFile()).orThrow().getFirst());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            try (SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(Networks.EDGE_INSIDE, SeparateSite.LINK_PORT)) {
                socket.startHandshake();
                return (X509Certificate) socket.getSession().getPeerCertificates()[0];
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
