package org.edgeways.settings.form;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a component of a record is as a key of the settings. Components are {@code int}, {@code long}, {@code boolean}, {@code String}, {@link
 * java.time.Duration}, an enum, another such record, an {@link java.util.Optional} or a {@link java.util.List} of these.
 *
 * <p>A key must be there unless it has a {@link #usual} value, is an {@code Optional} (then it may be absent), or is a record
 * of which everything may be absent.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {

    /** For {@link #usual}: the key must be there. */
    String REQUIRED = "\0required";

    /** What it means, for the reference page: a sentence that needs no subject. */
    String says();

    /** The value when the key is absent, as it would be written; of a list the elements with commas between, or nothing. */
    String usual() default REQUIRED;

    /** The least number or time. */
    String least() default "";

    /** The greatest number or time. */
    String most() default "";

    /** What a text must be like. */
    TextForm form() default TextForm.TEXT;

    /** The numbers are bytes: they may be written with KiB, MiB, GiB or TiB. */
    boolean bytes() default false;

    /** Least elements of a list. */
    int atLeast() default 0;

    /** Most elements of a list. */
    int atMost() default 100;

    /** The kind of document that the text is the name of; empty: it names none. */
    String refers() default "";

    /** A node takes a change of this only when it is started again. */
    boolean restart() default false;
}
