import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.imds.Ec2MetadataAsyncClient;
import software.amazon.awssdk.imds.Ec2MetadataClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.internal.util.EC2MetadataUtils;
import software.amazon.awssdk.regions.providers.InstanceProfileRegionProvider;
import software.amazon.awssdk.services.sts.StsClient;

/** The AWS SDK for Java, version 2, finds the instance with nothing configured. */
public class Client {
    private static final String ACCOUNT = "210987654321";
    private static final String INSTANCE = "i-0c11e17500c11e175";
    private static final String REGION = "eu-west-1";
    private static final String ROLE = "app-role";
    private static final String USER_DATA = """
            #cloud-config
            write_files:
            - path: /root/written-by-user-data
              content: it works
            """;

    public static void main(String[] arguments) throws Exception {
        String round = arguments[0];
        try {
            if (round.equals("hold")) {
                hold(InstanceProfileCredentialsProvider.create());
            } else if (round.equals("services")) {
                callerIdentity();
            } else {
                credentials("InstanceProfileCredentialsProvider", InstanceProfileCredentialsProvider.create());
                credentials("DefaultCredentialsProvider", DefaultCredentialsProvider.builder().build());
                same("the region", new InstanceProfileRegionProvider().getRegion(), Region.of(REGION));
                ok("InstanceProfileRegionProvider: " + REGION);
                utils();
                // These know only version 2 of the protocol.
                if (!round.equals("tokens-lost")) {
                    clients();
                }
            }
        } catch (Wrong wrong) {
            System.err.println("aws-sdk-java-v2: " + wrong.getMessage());
            System.exit(1);
        }
    }

    private static void credentials(String name, AwsCredentialsProvider provider) {
        AwsSessionCredentials keys = (AwsSessionCredentials) provider.resolveCredentials();
        check(keys.accessKeyId().startsWith("ASIAFAKE"), "the access key is " + keys.accessKeyId());
        check(!keys.secretAccessKey().isEmpty() && !keys.sessionToken().isEmpty(), "a part of the keys is missing");
        check(keys.expirationTime().orElseThrow().isAfter(Instant.now()), "the credentials have expired");
        ok(name + ": credentials of " + ROLE);
    }

    private static void utils() {
        same("the instance's id", EC2MetadataUtils.getInstanceId(), INSTANCE);
        same("the user data", EC2MetadataUtils.getUserData(), USER_DATA);
        same("the security groups", EC2MetadataUtils.getSecurityGroups(), List.of("web", "ssh"));
        same("the region", EC2MetadataUtils.getEC2InstanceRegion(), REGION);
        EC2MetadataUtils.InstanceInfo info = EC2MetadataUtils.getInstanceInfo();
        same("the document's account", info.getAccountId(), ACCOUNT);
        same("the document's image", info.getImageId(), "ami-0c11e17500c11e175");
        same("the document's address", info.getPrivateIp(), "10.20.16.10");
        List<String> macs = EC2MetadataUtils.getNetworkInterfaces().stream()
                .map(EC2MetadataUtils.NetworkInterface::getMacAddress).sorted().toList();
        same("the network interfaces", macs, List.of("02:fa:4e:c1:1e:01", "02:fa:4e:c1:1e:02"));
        ok("EC2MetadataUtils: instance id, user data, groups, region, identity document and network interfaces");
    }

    private static void clients() {
        String path = "/latest/meta-data/instance-id";
        try (Ec2MetadataClient client = Ec2MetadataClient.create()) {
            same("the instance's id", client.get(path).asString(), INSTANCE);
            same("the security groups", client.get("/latest/meta-data/security-groups").asList(), List.of("web", "ssh"));
            Map<?, ?> document = client.get("/latest/dynamic/instance-identity/document").asDocument().asMap();
            check(document.containsKey("instanceId"), "the identity document is " + document);
            ok("Ec2MetadataClient: a text, a list and a document");
        }
        try (Ec2MetadataAsyncClient client = Ec2MetadataAsyncClient.create()) {
            same("the instance's id", client.get(path).join().asString(), INSTANCE);
            ok("Ec2MetadataAsyncClient: instance id");
        }
    }

    /** Asks an AWS that knows the keys. */
    private static void callerIdentity() {
        try (StsClient client = StsClient.builder().endpointOverride(URI.create("http://127.0.0.1:5000")).build()) {
            String wanted = "arn:aws:sts::" + ACCOUNT + ":assumed-role/" + ROLE + "/" + INSTANCE;
            same("the caller", client.getCallerIdentity().arn(), wanted);
            ok("GetCallerIdentity with the keys and the region found");
        }
    }

    /**
     * Uses one provider until it has given four keys, none of them past its time. An SDK that gets no new keys
     * takes the old ones for longer than they are good, so what it said of them first counts.
     */
    private static void hold(AwsCredentialsProvider provider) throws InterruptedException {
        Map<String, Instant> expires = new HashMap<>();
        while (expires.size() < 4) {
            Instant now = Instant.now();
            AwsSessionCredentials keys = (AwsSessionCredentials) provider.resolveCredentials();
            String id = keys.accessKeyId();
            if (!expires.containsKey(id)) {
                expires.put(id, keys.expirationTime().orElseThrow());
                System.out.println("key " + id);
            }
            check(now.isBefore(expires.get(id)), id + " expired at " + expires.get(id));
            Thread.sleep(300);
        }
        ok("a provider across three rotations and a restart of the service");
    }

    private static void ok(String what) {
        System.out.println("aws-sdk-java-v2 " + VersionInfo.SDK_VERSION + ": " + what + ": ok");
    }

    private static void same(String what, Object found, Object wanted) {
        check(Objects.equals(found, wanted), what + " is " + found + ", not " + wanted);
    }

    private static void check(boolean right, String wrong) {
        if (!right) {
            throw new Wrong(wrong);
        }
    }

    private static class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }
}
