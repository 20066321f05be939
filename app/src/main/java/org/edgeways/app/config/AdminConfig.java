package org.edgeways.app.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where counters and health are read over HTTP.
 *
 * @param listen by default on the IPv4 loopback address only
 * @param hosts names other than {@code localhost} under which it may be asked; addresses always may be
 */
public record AdminConfig(ListenConfig listen, Set<String> hosts) {

    public AdminConfig {
        hosts = Set.copyOf(
                hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList());
    }

    /** Reads the section {@code admin}; without it nothing listens. */
    static Optional<AdminConfig> read(JsonSection section) {
        return section.section("admin").map(admin -> {
            ListenConfig listen = ListenConfig.read(admin, "port", List.of("127.0.0.1"));
            List<String> hosts = admin.texts("hosts", List.of());
            hosts.forEach(host -> admin.checkHost("hosts", host));
            admin.end();
            return new AdminConfig(listen, Set.copyOf(hosts));
        });
    }
}
