package org.edgeways.accessedge;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.edgeways.net.http.HttpAnswer;
import org.edgeways.net.http.HttpRoute;

/** The page that a browser gets on the outside port: what this is, and no more. */
final class OutsidePage {

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Communications server</title>
            <style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem }</style>
            <h1>This is a communications server</h1>
            <p>Telephones and messaging programs connect here, over SIP. There is nothing for a browser to see.
            <p>If you were told to come here to sign in, enter this server's name and port in your program's account
            settings, or ask whoever runs it.
            </html>
            """;

    private OutsidePage() {}

    static HttpRoute route() {
        HttpAnswer answer =
                new HttpAnswer(200, "text/html; charset=utf-8", PAGE.getBytes(StandardCharsets.UTF_8), Map.of());
        return new HttpRoute.Answered("/", Runnable::run, () -> answer);
    }
}
