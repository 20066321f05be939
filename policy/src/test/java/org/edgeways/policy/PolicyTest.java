package org.edgeways.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PolicyTest {

    private final SipDomains domains = new SipDomains(List.of("acorn.example", "Oak.Example"));

    @Test
    void aPersonWithRemoteAccessMaySignInFromAnywhere() {
        PersonRights rights = new PersonRights(true);
        assertThat(RemoteAccess.decide(rights, Origin.OUTSIDE).allowed()).isTrue();
        assertThat(RemoteAccess.decide(rights, Origin.INSIDE).allowed()).isTrue();
    }

    @Test
    void aPersonWithoutRemoteAccessMaySignInInsideOnly() {
        PersonRights rights = new PersonRights(false);
        assertThat(RemoteAccess.decide(rights, Origin.INSIDE).allowed()).isTrue();
        Decision outside = RemoteAccess.decide(rights, Origin.OUTSIDE);
        assertThat(outside.allowed()).isFalse();
        assertThat(outside.rule()).isEqualTo("remote-access-not-granted");
        assertThat(outside.reason()).contains("outside");
    }

    @Test
    void domainsCompareWithoutRegardToCase() {
        assertThat(domains.contains("ACORN.example")).isTrue();
        assertThat(domains.contains("oak.example")).isTrue();
    }

    @Test
    void neitherSubdomainsNorLookAlikesAreOurs() {
        for (String host :
                new String[] {"sub.acorn.example", "acorn.example.", "acorn.example.evil", "xacorn.example", ""}) {
            assertThat(domains.contains(host)).as(host).isFalse();
        }
    }

    @Test
    void aForeignSenderIsRefusedFromOutsideAndNotFromInside() {
        assertThat(FromDomain.decide(domains, "evil.example", Origin.OUTSIDE).allowed())
                .isFalse();
        assertThat(FromDomain.decide(domains, null, Origin.OUTSIDE).rule()).isEqualTo("from-foreign-domain");
        assertThat(FromDomain.decide(domains, "evil.example", Origin.INSIDE).allowed())
                .isTrue();
        assertThat(FromDomain.decide(domains, "Acorn.Example", Origin.OUTSIDE).allowed())
                .isTrue();
    }

    @Test
    void anOrganisationHasAtLeastOneDomainAndAtMostTheLimit() {
        assertThatThrownBy(() -> new SipDomains(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SipDomains(List.of(" "))).isInstanceOf(IllegalArgumentException.class);
        List<String> most = IntStream.range(0, SipDomains.MAX_DOMAINS)
                .mapToObj(i -> "d" + i + ".example")
                .toList();
        assertThat(new SipDomains(most).names()).hasSize(SipDomains.MAX_DOMAINS);
        assertThatThrownBy(() -> new SipDomains(Collections.nCopies(SipDomains.MAX_DOMAINS + 1, "d.example")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
