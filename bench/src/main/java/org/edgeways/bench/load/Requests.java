package org.edgeways.bench.load;

/** The requests of one caller. The letter behind the mark in a branch says what kind of request it was. */
final class Requests {

    /** Every branch of ours begins with it; the kind and the number follow. */
    static final String MARK = "z9hG4bKbench";

    static final char MESSAGE = 'm';
    static final char INVITE = 'i';
    static final char ACK = 'a';
    static final char BYE = 'b';
    static final char REGISTER = 'r';

    /** The size of a MESSAGE as it leaves the caller. */
    static final int MESSAGE_BYTES = 600;

    private static final String SDP = String.join(
            "\r\n",
            "v=0",
            "o=- 3724394400 3724394405 IN IP4 192.0.2.20",
            "s=-",
            "c=IN IP4 192.0.2.20",
            "t=0 0",
            "m=audio 40376 RTP/AVP 96 0 8 101",
            "a=rtpmap:96 opus/48000/2",
            "a=fmtp:96 stereo=1;useinbandfec=1",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
            "a=sendrecv",
            "");

    private final String domain;
    private final String person;
    private final String callee;
    private final String via;
    private final String contact;

    /**
     * The caller of that number.
     *
     * @param local where its connection comes from
     */
    Requests(String domain, int number, Wire wire, String local) {
        this.domain = domain;
        person = "sip:p" + number + "@" + domain;
        callee = "sip:b" + number % 10 + "@" + domain;
        via = "Via: SIP/2.0/" + wire.viaName() + " " + local + ":5061;rport;branch=" + MARK;
        contact = "<sip:p" + number + "@" + local + ":5061;transport="
                + (wire == Wire.WSS ? "ws" : wire.viaName().toLowerCase(java.util.Locale.ROOT))
                + ">;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-0000" + Hex.text(number) + ">\"";
    }

    String person() {
        return person;
    }

    /** The Request-URI of its REGISTERs. */
    String registrar() {
        return "sip:" + domain;
    }

    static String sdp() {
        return SDP;
    }

    private String head(String method, String uri, char kind, int sequence) {
        return method + " " + uri + " SIP/2.0\r\n"
                + via + kind + MessageTemplate.NUMBER + "\r\n"
                + "Max-Forwards: 70\r\n"
                + "From: <" + person + ">;tag=" + MessageTemplate.NUMBER + "\r\n"
                + "Call-ID: " + MessageTemplate.NUMBER + "@bench\r\n"
                + "CSeq: " + sequence + " " + method + "\r\n";
    }

    MessageTemplate message() {
        String head = head("MESSAGE", callee, MESSAGE, 1)
                + "To: <" + callee + ">\r\n"
                + "User-Agent: Edgeways load generator\r\n"
                + "Content-Type: text/plain;charset=UTF-8\r\n"
                + "Content-Length: ";
        int numbers = head.split(MessageTemplate.NUMBER, -1).length - 1;
        int sent = head.length() - numbers * (MessageTemplate.NUMBER.length() - Hex.DIGITS) + 3 + 4;
        int body = MESSAGE_BYTES - sent;
        return new MessageTemplate(head + body + "\r\n\r\n"
                + "Hello, do you have a minute? ".repeat(20).substring(0, body));
    }

    MessageTemplate invite() {
        return new MessageTemplate(head("INVITE", callee, INVITE, 1)
                + "To: <" + callee + ">\r\n"
                + "Contact: " + contact + "\r\n"
                + "User-Agent: Edgeways load generator\r\n"
                + "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n"
                + "Supported: outbound, gruu\r\n"
                + "Content-Type: application/sdp\r\n"
                + "Content-Length: " + SDP.length() + "\r\n\r\n"
                + SDP);
    }

    /**
     * ACK or BYE of a call that was answered.
     *
     * @param routes the lines of the route set, each with its CRLF
     * @param to the To header's value in the answer
     */
    String inDialog(String method, int number, String target, String routes, String to) {
        boolean ack = method.equals("ACK");
        return head(method, target, ack ? ACK : BYE, ack ? 1 : 2).replace(MessageTemplate.NUMBER, Hex.text(number))
                + "To: " + to + "\r\n"
                + routes
                + "Content-Length: 0\r\n\r\n";
    }

    /**
     * A REGISTER.
     *
     * @param authorization the Authorization header's value, or an empty string
     */
    String register(int number, int sequence, String authorization) {
        return head("REGISTER", registrar(), REGISTER, sequence).replace(MessageTemplate.NUMBER, Hex.text(number))
                + "To: <" + person + ">\r\n"
                + "Contact: " + contact + ";reg-id=1\r\n"
                + "Expires: 3600\r\n"
                + "Supported: path, outbound\r\n"
                + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n")
                + "Content-Length: 0\r\n\r\n";
    }
}
