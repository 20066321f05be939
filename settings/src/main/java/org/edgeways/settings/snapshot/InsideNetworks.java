package org.edgeways.settings.snapshot;

import java.util.List;
import org.edgeways.settings.Settings;
import org.edgeways.turn.engine.AddressPrefix;
import org.edgeways.turn.engine.PeerRules;

/**
 * What a relay is told of the networks of the Sites: what a perimeter node does not need to know of the inside it does not learn.
 *
 * @param networks those whose addresses it would take for the public Internet; without those of all addresses (/0), which say where people
 *     are that are nowhere else, and not what is inside
 * @param relays the addresses in them at which other relays relay: a perimeter may have addresses of a network that is inside otherwise,
 *     and calls go from one relay to the other
 */
record InsideNetworks(List<String> networks, List<String> relays) {

    static InsideNetworks toldTo(String node, Settings settings) {
        List<String> global = settings.sites().values().stream()
                .flatMap(site -> site.networks().stream())
                .distinct()
                .filter(network -> !isEverything(network) && !PeerRules.isNowhereGlobal(AddressPrefix.of(network)))
                .sorted()
                .toList();
        List<AddressPrefix> prefixes = global.stream().map(AddressPrefix::of).toList();
        List<String> relays = settings.nodes().entrySet().stream()
                .filter(other -> !other.getKey().equals(node))
                .flatMap(other -> other.getValue().relayPlace().stream())
                .flatMap(place -> place.outside().udpAddresses().stream())
                .distinct()
                .filter(address -> prefixes.stream().anyMatch(prefix -> prefix.contains(AddressPrefix.ofOne(address))))
                .sorted()
                .toList();
        return new InsideNetworks(global, relays);
    }

    private static boolean isEverything(String network) {
        return Integer.parseInt(network.substring(network.indexOf('/') + 1)) == 0;
    }
}
