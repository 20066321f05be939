package org.edgeways.app.role;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.TlsIdentity;

/** What a taken-over node would like to be certified. */
final class HostileCertificates {

    private HostileCertificates() {}

    /** A request that asks for much more than a node may have. */
    static byte[] greedyRequest(KeyPair keys) throws Exception {
        ExtensionsGenerator wanted = new ExtensionsGenerator();
        wanted.addExtension(Extension.basicConstraints, true, new BasicConstraints(3));
        wanted.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.uniformResourceIdentifier, PeerIdentity.NODE_PREFIX + "edge2"),
            new GeneralName(GeneralName.uniformResourceIdentifier, PeerIdentity.SERVICE_PREFIX + "pool"),
            new GeneralName(GeneralName.dNSName, "edge2.node.edgeways.internal")
        }));
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=edge2"), keys.getPublic())
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted.generate())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
    }

    /** A certificate of another node that the taken node's key has issued. */
    static TlsIdentity issuedBy(TlsIdentity taken) {
        TlsIdentity issued = new CertificateAuthority(taken, HostilePerimeter.RANDOM)
                .issue(CertificateRequest.node("edge3", "edge3.node.edgeways.internal"), Instant.now());
        List<X509Certificate> chain = new ArrayList<>(List.of(issued.leaf()));
        chain.addAll(taken.chain());
        return new TlsIdentity(issued.key(), chain);
    }
}
