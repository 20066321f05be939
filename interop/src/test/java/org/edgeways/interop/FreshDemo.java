package org.edgeways.interop;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** A demo for each test, with three people outside: clients of another test would still count as signed in. */
abstract class FreshDemo {

    /** The frequency of the tone that baresip plays. */
    static final int TONE = 440;

    private final String name;
    private final String[] options;

    DemoServer demo;
    Account alice;
    Account bob;
    Account carol;

    /**
     * Which demo.
     *
     * @param name what its data directory and log begin with
     */
    FreshDemo(String name, String... options) {
        this.name = name;
        this.options = options.clone();
    }

    @BeforeEach
    void startDemo(TestInfo test) {
        demo = DemoServer.start(name + "-" + test.getTestMethod().orElseThrow().getName(), options);
        alice = demo.outside("alice");
        bob = demo.outside("bob");
        carol = demo.outside("carol");
    }

    @AfterEach
    void stopDemo() {
        demo.close();
    }
}
