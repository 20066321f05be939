package org.edgeways.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.edgeways.base.Result;
import org.junit.jupiter.api.Test;

/** Requests for certificates, and what the authority makes of them. */
final class SigningRequestTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private final Instant now = Instant.now();
    private final CertificateAuthority authority = CertificateAuthority.create("Acorn authority", now, RANDOM);
    private final KeyPair keys = CertificateKeys.make(RANDOM);

    @Test
    void theCertificateIsForTheKeyOfTheRequestAndSaysOnlyWhatTheAuthorityDecides() {
        byte[] request = SigningRequest.make(keys.getPrivate(), keys.getPublic(), "pool");

        List<X509Certificate> chain = authority.issue(
                SigningRequest.read(request).orThrow(),
                CertificateRequest.node("edge1", "edge1.acorn.example").valid(Duration.ofDays(90)),
                now);

        assertThat(chain).hasSize(2).last().isEqualTo(authority.certificate());
        X509Certificate leaf = chain.getFirst();
        assertThat(leaf.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=edge1");
        assertThat(PeerIdentity.of(leaf))
                .isEqualTo(new PeerIdentity("edge1", null, List.of("edge1.acorn.example"), leaf.getSerialNumber()));
        assertThat(Duration.between(now, leaf.getNotAfter().toInstant()).toDays())
                .isBetween(89L, 90L);
        assertThat(CertificateKeys.isIssuedBy(leaf, authority.certificate())).isTrue();
        assertThat(RenewalTime.of(leaf)).isBetween(now.plus(Duration.ofDays(59)), now.plus(Duration.ofDays(60)));
    }

    @Test
    void whoDoesNotHoldTheKeyGetsNoCertificateForIt() {
        byte[] forged = SigningRequest.make(CertificateKeys.make(RANDOM).getPrivate(), keys.getPublic(), "edge1");

        assertThat(refused(forged)).contains("not signed with its key");
    }

    @Test
    void otherKindsOfKeysAreRefused() throws Exception {
        KeyPairGenerator small = KeyPairGenerator.getInstance("RSA");
        small.initialize(2048);
        KeyPair rsa = small.generateKeyPair();
        byte[] request = new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=edge1"), rsa.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(rsa.getPrivate()))
                .getEncoded();
        assertThat(refused(request)).contains("P-256");

        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair larger = generator.generateKeyPair();
        assertThat(SigningRequest.read(SigningRequest.make(larger.getPrivate(), larger.getPublic(), "edge1"))
                        .isOk())
                .isTrue();
    }

    @Test
    void whatIsNoRequestIsRefusedWithoutAnException() {
        byte[] request = SigningRequest.make(keys.getPrivate(), keys.getPublic(), "edge1");
        for (int length = 0; length < request.length; length++) {
            assertThat(SigningRequest.read(Arrays.copyOf(request, length)).isOk())
                    .as("cut at %d", length)
                    .isFalse();
        }
        for (int at = 0; at < request.length; at++) {
            byte[] bent = request.clone();
            bent[at] ^= 0x40;
            assertThat(SigningRequest.read(bent).isOk()).as("bent at %d", at).isFalse();
        }
        assertThat(refused(new byte[SigningRequest.MAX_BYTES + 1])).contains("longer than");
    }

    private static String refused(byte[] request) {
        Result.Bad<SigningRequest> bad = (Result.Bad<SigningRequest>) SigningRequest.read(request);
        assertThat(bad.code()).isEqualTo(NetErrorCode.SIGNING_REQUEST_REFUSED);
        return bad.reason();
    }

    @Test
    void aRequestAsTextReadsBack() {
        byte[] request = SigningRequest.make(keys.getPrivate(), keys.getPublic(), "edge1");

        assertThat(Pem.request(Pem.requestText(request)).orThrow()).isEqualTo(request);
        assertThat(Pem.request("nothing").isOk()).isFalse();
        assertThat(Pem.request(Pem.text(List.of(authority.certificate()))).isOk())
                .isFalse();
    }
}
