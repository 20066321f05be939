package org.edgeways.sip.location;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/** The order of SRV records: by priority, and within one by weighted lot (RFC 2782, "Usage rules"). */
final class SrvOrder {

    private SrvOrder() {}

    static List<DnsRecord.Srv> order(List<DnsRecord.Srv> records, RandomGenerator random) {
        List<DnsRecord.Srv> left = new ArrayList<>(records);
        // those of weight 0 first, so that they have their small chance
        left.sort(Comparator.comparingInt(DnsRecord.Srv::priority).thenComparingInt(DnsRecord.Srv::weight));
        List<DnsRecord.Srv> ordered = new ArrayList<>(left.size());
        while (!left.isEmpty()) {
            int priority = left.getFirst().priority();
            int sum = 0;
            for (DnsRecord.Srv record : left) {
                if (record.priority() == priority) {
                    sum += record.weight();
                }
            }
            int lot = random.nextInt(sum + 1);
            int chosen = 0;
            int running = left.getFirst().weight();
            while (running < lot) {
                chosen++;
                running += left.get(chosen).weight();
            }
            ordered.add(left.remove(chosen));
        }
        return ordered;
    }
}
