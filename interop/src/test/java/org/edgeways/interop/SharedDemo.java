package org.edgeways.interop;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * One demo and one browser for all tests of a class, since both take long to start, and three people of its own for each
 * test: clients of another test could still count as signed in.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SharedDemo {

    /** The frequency of the tone that baresip plays. */
    static final int TONE = 440;

    private final String name;
    private final String[] options;
    private int tests;
    private @Nullable ChromiumJsSip browser;
    private boolean browsing;

    DemoServer demo;
    Account alice;
    Account bob;
    Account carol;

    /**
     * Which demo.
     *
     * @param name what its log begins with
     */
    SharedDemo(String name, String... options) {
        this.name = name;
        this.options = options.clone();
    }

    @BeforeAll
    void startDemo() {
        demo = DemoServer.start(name, options);
    }

    @BeforeEach
    void addPeople() {
        tests++;
        alice = demo.addQuickly("alice" + tests);
        bob = demo.addQuickly("bob" + tests);
        carol = demo.addQuickly("carol" + tests);
    }

    /** The browser, in which that person signs in. */
    ChromiumJsSip browser(Account account) {
        ChromiumJsSip running = browser;
        browsing = true;
        if (running == null) {
            running = ChromiumJsSip.start(name + "-jssip", account);
            browser = running;
        } else {
            running.signInAs(account);
        }
        return running;
    }

    @AfterEach
    void leaveBrowser() {
        if (browser != null && browsing) {
            browsing = false;
            browser.leave();
        }
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
        if (demo != null) {
            demo.close();
        }
    }
}
