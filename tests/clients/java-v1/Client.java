import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.AWSSessionCredentials;
import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.auth.InstanceProfileCredentialsProvider;
import com.amazonaws.regions.InstanceMetadataRegionProvider;
import com.amazonaws.util.EC2MetadataUtils;
import com.amazonaws.util.VersionInfoUtils;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The AWS SDK for Java, version 1, finds the instance with nothing configured. */
public class Client {
    private static final String ACCOUNT = "210987654321";
    private static final String REGION = "eu-west-1";
    private static final String ROLE = "app-role";
    private static final String USER_DATA = """
            #cloud-config
            write_files:
            - path: /root/written-by-user-data
              content: it works
            """;

    public static void main(String[] arguments) throws Exception {
        try {
            if (arguments[0].equals("hold")) {
                hold(InstanceProfileCredentialsProvider.getInstance());
                return;
            }
            credentials("InstanceProfileCredentialsProvider", InstanceProfileCredentialsProvider.getInstance());
            credentials("DefaultAWSCredentialsProviderChain", DefaultAWSCredentialsProviderChain.getInstance());
            same("the region", new InstanceMetadataRegionProvider().getRegion(), REGION);
            ok("InstanceMetadataRegionProvider: " + REGION);
            utils();
        } catch (Wrong wrong) {
            System.err.println("aws-sdk-java: " + wrong.getMessage());
            System.exit(1);
        }
    }

    private static void credentials(String name, AWSCredentialsProvider provider) {
        AWSSessionCredentials keys = (AWSSessionCredentials) provider.getCredentials();
        check(keys.getAWSAccessKeyId().startsWith("ASIAFAKE"), "the access key is " + keys.getAWSAccessKeyId());
        check(!keys.getAWSSecretKey().isEmpty() && !keys.getSessionToken().isEmpty(), "a part of the keys is missing");
        ok(name + ": credentials of " + ROLE);
    }

    private static void utils() {
        same("the instance's id", EC2MetadataUtils.getInstanceId(), "i-0c11e17500c11e175");
        same("the user data", EC2MetadataUtils.getUserData(), USER_DATA);
        same("the security groups", EC2MetadataUtils.getSecurityGroups(), List.of("web", "ssh"));
        String profile = "arn:aws:iam::" + ACCOUNT + ":instance-profile/" + ROLE;
        same("the profile", EC2MetadataUtils.getIAMInstanceProfileInfo().instanceProfileArn, profile);
        EC2MetadataUtils.InstanceInfo info = EC2MetadataUtils.getInstanceInfo();
        same("the document's account", info.getAccountId(), ACCOUNT);
        same("the document's image", info.getImageId(), "ami-0c11e17500c11e175");
        same("the document's address", info.getPrivateIp(), "10.20.16.10");
        List<String> macs = EC2MetadataUtils.getNetworkInterfaces().stream()
                .map(EC2MetadataUtils.NetworkInterface::getMacAddress).sorted().toList();
        same("the network interfaces", macs, List.of("02:fa:4e:c1:1e:01", "02:fa:4e:c1:1e:02"));
        ok("EC2MetadataUtils: instance id, user data, groups, profile, identity document and network interfaces");
    }

    /**
     * Uses one provider until it has given four keys, none of them past its time, which it does not say: the
     * service does.
     */
    private static void hold(AWSCredentialsProvider provider) throws InterruptedException {
        Map<String, Instant> expires = new HashMap<>();
        while (expires.size() < 4) {
            Instant now = Instant.now();
            String id = provider.getCredentials().getAWSAccessKeyId();
            if (!expires.containsKey(id)) {
                EC2MetadataUtils.IAMSecurityCredential served = EC2MetadataUtils.getIAMSecurityCredentials().get(ROLE);
                if (!served.accessKeyId.equals(id)) {
                    continue; // Renewed in between.
                }
                expires.put(id, Instant.parse(served.expiration));
                System.out.println("key " + id);
            }
            check(now.isBefore(expires.get(id)), id + " expired at " + expires.get(id));
            Thread.sleep(300);
        }
        ok("a provider across three rotations and a restart of the service");
    }

    private static void ok(String what) {
        System.out.println("aws-sdk-java " + VersionInfoUtils.getVersion() + ": " + what + ": ok");
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
