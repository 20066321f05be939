package org.edgeways.settings.form;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A key that a record had once, here or in the files before it, and what to write instead. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Retired.All.class)
public @interface Retired {

    /** The key. */
    String key();

    /** What to do instead: a sentence without its full stop. */
    String instead();

    /** Several of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        /** Which. */
        Retired[] value();
    }
}
