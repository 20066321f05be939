package org.edgeways.settings.kind;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.edgeways.settings.form.Checked;

/** Lists that say a name again. */
final class Twice {

    private Twice() {}

    /** Tells every name that stood in the list before, whatever its case. */
    static void tell(String key, List<String> names, Checked.Disagreements found) {
        List<String> folded =
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        IntStream.range(0, names.size())
                .filter(i -> folded.indexOf(folded.get(i)) < i)
                .forEach(i -> found.add(key + "[" + i + "]", "names \"" + names.get(i) + "\" a second time"));
    }
}
