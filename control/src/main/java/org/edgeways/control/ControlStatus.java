package org.edgeways.control;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How it stands with everything that control decides about.
 *
 * @param nodes those that the settings name, that have joined, or for which there is a bundle, by name
 * @param connectors those that the settings name, or that have a certificate which is good, by name
 * @param servers those that the settings have nodes dial, or that have a certificate which is good, by host
 * @param settingsProblem what is wrong with the settings in the directory, if they are not the ones in use
 * @param authorityEnd when the authority's own certificate ends
 * @param serviceEnd when the certificate of this inside ends
 * @param serviceSerial its serial number
 * @param refusedCertificates how many are refused before their time
 */
public record ControlStatus(
        List<EdgeNodeStatus> nodes,
        List<Connector> connectors,
        List<Server> servers,
        Optional<String> settingsProblem,
        Instant authorityEnd,
        Instant serviceEnd,
        BigInteger serviceSerial,
        int refusedCertificates) {

    /**
     * A connector.
     *
     * @param inSettings false: its document is gone, and nodes let it in no more
     * @param certificateEnd when its newest certificate ends; empty if it has none
     */
    public record Connector(String name, boolean inSettings, Optional<Instant> certificateEnd) {}

    /**
     * A SIP server that nodes dial.
     *
     * @param inSettings false: no Route has it dialled any more, and nodes let it in no more
     * @param certificateEnd when the last certificate ends that was issued for it here; empty if none was
     */
    public record Server(String host, boolean inSettings, Optional<Instant> certificateEnd) {}

    public ControlStatus {
        nodes = List.copyOf(nodes);
        connectors = List.copyOf(connectors);
        servers = List.copyOf(servers);
    }
}
