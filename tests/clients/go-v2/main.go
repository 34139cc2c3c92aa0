// The AWS SDK for Go, version 2, finds the role's credentials and reads metadata with nothing configured.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	region = "eu-west-1"
	caller = "arn:aws:sts::210987654321:assumed-role/app-role/i-0c11e17500c11e175"
)

var always = context.Background()

func main() {
	metadata := imds.New(imds.Options{})
	found, err := metadata.GetRegion(always, nil)
	fail(err, "GetRegion")
	check("GetRegion", found.Region, region)
	settings, err := config.LoadDefaultConfig(always, config.WithRegion(found.Region))
	fail(err, "LoadDefaultConfig")

	switch os.Args[1] {
	case "services":
		client := sts.NewFromConfig(settings, func(o *sts.Options) { o.BaseEndpoint = aws.String("http://127.0.0.1:5000") })
		identity, err := client.GetCallerIdentity(always, nil)
		fail(err, "GetCallerIdentity")
		check("the caller", *identity.Arn, caller)
		ok("service/sts", "GetCallerIdentity answers the role")
	case "hold":
		hold(settings.Credentials)
	default:
		keys, err := settings.Credentials.Retrieve(always)
		fail(err, "credentials")
		check("the provider", keys.Source, ec2rolecreds.ProviderName)
		check("the access key", keys.AccessKeyID[:8], "ASIAFAKE")
		if keys.SessionToken == "" || !keys.CanExpire || keys.Expired() {
			wrong("the keys have no token, or have expired")
		}
		ok("config", "LoadDefaultConfig has credentials of app-role, from ec2rolecreds")
		read(metadata)
	}
}

func read(metadata *imds.Client) {
	document, err := metadata.GetInstanceIdentityDocument(always, nil)
	fail(err, "GetInstanceIdentityDocument")
	check("the document's account", document.AccountID, "210987654321")
	check("the document's zone", document.AvailabilityZone, "eu-west-1b")
	check("the document's image", document.ImageID, "ami-0c11e17500c11e175")
	check("the document's instance", document.InstanceID, "i-0c11e17500c11e175")
	check("the document's type", document.InstanceType, "m5.large")
	check("the document's address", document.PrivateIP, "10.20.16.10")
	check("the document's region", document.Region, region)
	profile, err := metadata.GetIAMInfo(always, nil)
	fail(err, "GetIAMInfo")
	check("the profile", profile.InstanceProfileArn, "arn:aws:iam::210987654321:instance-profile/app-role")
	id, err := metadata.GetMetadata(always, &imds.GetMetadataInput{Path: "instance-id"})
	fail(err, "GetMetadata")
	check("the instance", text(id.Content), "i-0c11e17500c11e175")
	data, err := metadata.GetUserData(always, nil)
	fail(err, "GetUserData")
	check("the user data", text(data.Content)[:13], "#cloud-config")
	monitoring, err := metadata.GetDynamicData(always, &imds.GetDynamicDataInput{Path: "fws/instance-monitoring"})
	fail(err, "GetDynamicData")
	check("the monitoring", text(monitoring.Content), "disabled")
	ok("feature/ec2/imds", "region, identity document, profile, metadata, user data, dynamic data")
}

// One provider lives through three rotations of the role's keys and a restart of the service, and never
// gives keys that have expired. While the service is away a use may fail, but not for long.
func hold(provider aws.CredentialsProvider) {
	worked := time.Now()
	for seen := map[string]bool{}; len(seen) < 4; time.Sleep(300 * time.Millisecond) {
		keys, err := provider.Retrieve(always)
		if err != nil && time.Since(worked) < 5*time.Second {
			continue
		}
		fail(err, "credentials")
		worked = time.Now()
		if keys.Expired() {
			wrong("the keys expired at %v", keys.Expires)
		}
		if !seen[keys.AccessKeyID] {
			fmt.Println("key", keys.AccessKeyID)
		}
		seen[keys.AccessKeyID] = true
	}
	ok("config", "three rotations and a restart of the service")
}

func text(content io.ReadCloser) string {
	defer content.Close()
	all, err := io.ReadAll(content)
	fail(err, "the content")
	return string(all)
}

func ok(module, what string) {
	fmt.Printf("aws-sdk-go-v2 %s %s: %s: ok\n", module, version("github.com/aws/aws-sdk-go-v2/"+module), what)
}

// version is that of the module as it was built in.
func version(path string) string {
	built, _ := debug.ReadBuildInfo()
	for _, module := range built.Deps {
		if module.Path == path {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "of an unknown version"
}

func check(what, found, expected string) {
	if found != expected {
		wrong("%s is %q, not %q", what, found, expected)
	}
}

func fail(err error, what string) {
	if err != nil {
		wrong("%s: %v", what, err)
	}
}

func wrong(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "aws-sdk-go-v2: "+format+"\n", arguments...)
	os.Exit(1)
}
