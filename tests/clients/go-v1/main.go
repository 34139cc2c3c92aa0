// The AWS SDK for Go, version 1, finds the role's credentials and reads metadata with nothing configured.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go/aws/ec2metadata"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

const (
	region = "eu-west-1"
	caller = "arn:aws:sts::210987654321:assumed-role/app-role/i-0c11e17500c11e175"
)

func main() {
	begun := session.Must(session.NewSession())
	metadata := ec2metadata.New(begun)
	if !metadata.Available() {
		wrong("there is no metadata service")
	}
	found, err := metadata.Region()
	fail(err, "Region")
	check("Region", found, region)

	switch os.Args[1] {
	case "services":
		client := sts.New(begun, &aws.Config{Endpoint: aws.String("http://127.0.0.1:5000"), Region: &found})
		identity, err := client.GetCallerIdentity(nil)
		fail(err, "GetCallerIdentity")
		check("the caller", *identity.Arn, caller)
		ok("GetCallerIdentity answers the role")
	case "hold":
		hold(begun.Config.Credentials)
	default:
		keys, err := begun.Config.Credentials.Get()
		fail(err, "credentials")
		check("the provider", keys.ProviderName, ec2rolecreds.ProviderName)
		check("the access key", keys.AccessKeyID[:8], "ASIAFAKE")
		if keys.SessionToken == "" || begun.Config.Credentials.IsExpired() {
			wrong("the keys have no token, or have expired")
		}
		ok("a session has credentials of app-role, from ec2rolecreds")
		read(metadata)
	}
}

func read(metadata *ec2metadata.EC2Metadata) {
	document, err := metadata.GetInstanceIdentityDocument()
	fail(err, "GetInstanceIdentityDocument")
	check("the document's account", document.AccountID, "210987654321")
	check("the document's zone", document.AvailabilityZone, "eu-west-1b")
	check("the document's image", document.ImageID, "ami-0c11e17500c11e175")
	check("the document's instance", document.InstanceID, "i-0c11e17500c11e175")
	check("the document's address", document.PrivateIP, "10.20.16.10")
	profile, err := metadata.IAMInfo()
	fail(err, "IAMInfo")
	check("the profile", profile.InstanceProfileArn, "arn:aws:iam::210987654321:instance-profile/app-role")
	id, err := metadata.GetMetadata("instance-id")
	fail(err, "GetMetadata")
	check("the instance", id, "i-0c11e17500c11e175")
	data, err := metadata.GetUserData()
	fail(err, "GetUserData")
	check("the user data", data[:13], "#cloud-config")
	ok("ec2metadata: region, identity document, profile, metadata, user data")
}

// One provider lives through three rotations of the role's keys and a restart of the service, and never
// gives keys that have expired.
func hold(provider *credentials.Credentials) {
	for seen := map[string]bool{}; len(seen) < 4; time.Sleep(300 * time.Millisecond) {
		keys, err := provider.Get()
		fail(err, "credentials")
		if expires, err := provider.ExpiresAt(); err != nil || expires.Before(time.Now()) {
			wrong("the keys expired at %v (%v)", expires, err)
		}
		if !seen[keys.AccessKeyID] {
			fmt.Println("key", keys.AccessKeyID)
		}
		seen[keys.AccessKeyID] = true
	}
	ok("three rotations and a restart of the service")
}

func ok(what string) {
	fmt.Printf("aws-sdk-go %s: %s: ok\n", aws.SDKVersion, what)
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
	fmt.Fprintf(os.Stderr, "aws-sdk-go: "+format+"\n", arguments...)
	os.Exit(1)
}
