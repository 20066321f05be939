package org.edgeways.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.edgeways.accessedge.engine.EdgeLimits;
import org.edgeways.net.AdmissionLimits;
import org.edgeways.pool.engine.MessageSettings;
import org.edgeways.pool.engine.RegistrarLimits;
import org.edgeways.pool.messages.MessageLimits;
import org.edgeways.settings.kind.AccessSettings;
import org.edgeways.settings.kind.Admission;
import org.edgeways.settings.kind.ConnectionLimits;
import org.edgeways.settings.kind.LinkStreams;
import org.edgeways.settings.kind.MessageSize;
import org.edgeways.settings.kind.Pool;
import org.edgeways.settings.kind.PoolLimits;
import org.edgeways.settings.kind.PresenceLimits;
import org.edgeways.settings.kind.RequestLimits;
import org.edgeways.settings.kind.TransactionLimits;
import org.edgeways.settings.kind.UsualSettings;
import org.edgeways.sip.message.SipLimits;
import org.edgeways.sip.transaction.SipEngineLimits;
import org.edgeways.siptransport.LinkLimits;
import org.edgeways.siptransport.SipConnectionSettings;
import org.junit.jupiter.api.Test;

/** The settings say the same as the rooms where nothing is said: same names, same values. */
class SettingsDefaultsTest {

    private static final List<String> NOT_SETTINGS = List.of("message", "linkSilence", "linkUnanswered", "batch");

    /** Every limit of the room is a key of the settings, with the room's default. */
    private static void same(Class<? extends Record> settings, Record room) throws ReflectiveOperationException {
        Record usual = UsualSettings.of(settings);
        List<String> compared = new ArrayList<>();
        for (RecordComponent limit : room.getClass().getRecordComponents()) {
            if (NOT_SETTINGS.contains(limit.getName())) {
                continue;
            }
            Object said = settings.getMethod(limit.getName()).invoke(usual);
            Object expected = limit.getAccessor().invoke(room);
            if (!said.equals(Optional.empty())) {
                assertThat(said).as("%s of %s", limit.getName(), settings).isEqualTo(expected);
            }
            compared.add(limit.getName());
        }
        assertThat(compared).hasSameSizeAs(settings.getRecordComponents());
    }

    @Test
    void whatIsNotSaidIsAsInTheRooms() throws ReflectiveOperationException {
        same(Admission.class, AdmissionLimits.defaults());
        same(MessageSize.class, SipLimits.DEFAULT);
        same(ConnectionLimits.class, SipConnectionSettings.DEFAULT);
        same(RequestLimits.class, EdgeLimits.DEFAULT);
        same(TransactionLimits.class, SipEngineLimits.DEFAULT);
        same(PoolLimits.Registrar.class, RegistrarLimits.DEFAULT);
        same(PoolLimits.Delivery.class, MessageSettings.DEFAULT);
        same(PoolLimits.Waiting.class, MessageLimits.DEFAULT);
        same(PresenceLimits.class, org.edgeways.pool.presence.engine.PresenceLimits.DEFAULT);
        same(Pool.Link.class, LinkLimits.DEFAULT);
        assertThat(LinkConfig.of(UsualSettings.of(LinkStreams.Inside.class))).isEqualTo(LinkConfig.USUAL);
        assertThat(LinkConfig.of(UsualSettings.of(LinkStreams.Edge.class))).isEqualTo(LinkConfig.USUAL);
        assertThat(UsualSettings.of(AccessSettings.Link.class).linkSilence())
                .isEqualTo(SipConnectionSettings.DEFAULT.linkSilence());
        assertThat(UsualSettings.of(Admission.class).burst())
                .isEqualTo(AdmissionLimits.defaults().connectionBurstPerSource());
    }
}
