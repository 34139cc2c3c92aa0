// The AWS SDK for Go, version 1, finds the instance with nothing configured.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go/aws/ec2metadata"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

const (
	account  = "210987654321"
	instance = "i-0c11e17500c11e175"
	region   = "eu-west-1"
	role     = "app-role"
	userData = `#cloud-config
write_files:
- path: /root/written-by-user-data
  content: it works
`
)

func main() {
	found, err := session.NewSession()
	must(err)
	client := ec2metadata.New(found)
	switch os.Args[1] {
	case "hold":
		hold(found.Config.Credentials, client)
	case "services":
		callerIdentity(found, client)
	default:
		roleKeys(found.Config.Credentials)
		metadata(client)
	}
}

func roleKeys(provider *credentials.Credentials) {
	keys, err := provider.Get()
	must(err)
	same("the source", keys.ProviderName, ec2rolecreds.ProviderName)
	check(strings.HasPrefix(keys.AccessKeyID, "ASIAFAKE"), "the access key is "+keys.AccessKeyID)
	check(keys.SecretAccessKey != "" && keys.SessionToken != "", "the secret key or the session token is missing")
	ok("credentials of " + role + " from " + keys.ProviderName)
}

func metadata(client *ec2metadata.EC2Metadata) {
	check(client.Available(), "it says that there is no metadata")
	where, err := client.Region()
	must(err)
	same("the region", where, region)
	ok("ec2metadata: Available, Region")

	identity, err := client.GetInstanceIdentityDocument()
	must(err)
	check(!identity.PendingTime.IsZero(), "the pending time is missing")
	identity.PendingTime = time.Time{}
	same("the identity document", identity, ec2metadata.EC2InstanceIdentityDocument{
		AccountID:        account,
		Architecture:     "x86_64",
		AvailabilityZone: "eu-west-1b",
		ImageID:          "ami-0c11e17500c11e175",
		InstanceID:       instance,
		InstanceType:     "m5.large",
		PrivateIP:        "10.20.16.10",
		Region:           region,
		Version:          "2017-09-30",
	})
	ok("ec2metadata: GetInstanceIdentityDocument")

	data, err := client.GetUserData()
	must(err)
	same("the user data", data, userData)
	ok("ec2metadata: GetUserData")

	info, err := client.IAMInfo()
	must(err)
	same("the code", info.Code, "Success")
	same("the profile", info.InstanceProfileArn, "arn:aws:iam::"+account+":instance-profile/"+role)
	ok("ec2metadata: IAMInfo")
}

// callerIdentity asks an AWS that knows the keys.
func callerIdentity(found *session.Session, client *ec2metadata.EC2Metadata) {
	where, err := client.Region()
	must(err)
	service := sts.New(found, &aws.Config{Region: &where, Endpoint: aws.String("http://127.0.0.1:5000")})
	caller, err := service.GetCallerIdentity(nil)
	must(err)
	same("the caller", *caller.Arn, "arn:aws:sts::"+account+":assumed-role/"+role+"/"+instance)
	ok("GetCallerIdentity with the keys and the region found")
}

// hold uses one provider until it has given four keys, none of them past its time. This SDK asks anew for each
// use of keys that expire within minutes, and drops a token that the service has forgotten only once a request
// has failed with it: so a use may fail, but not for long.
func hold(provider *credentials.Credentials, client *ec2metadata.EC2Metadata) {
	expires, held := map[string]time.Time{}, map[string]bool{}
	worked := time.Now()
	for ; len(held) < 4; time.Sleep(300 * time.Millisecond) {
		now := time.Now()
		keys, err := provider.Get()
		if err == nil {
			err = served(client, expires)
		}
		if err != nil {
			check(now.Sub(worked) < 5*time.Second, fmt.Sprint(err))
			continue
		}
		worked = now
		id := keys.AccessKeyID
		end, known := expires[id]
		if !known {
			continue // Renewed in between.
		}
		check(now.Before(end), fmt.Sprintf("%s expired at %s", id, end))
		if !held[id] {
			held[id] = true
			fmt.Println("key", id)
		}
	}
	ok("a provider across three rotations and a restart of the service")
}

// served notes when the keys served now expire, which the SDK's default chain does not tell.
func served(client *ec2metadata.EC2Metadata, expires map[string]time.Time) error {
	text, err := client.GetMetadata("iam/security-credentials/" + role)
	if err != nil {
		return err
	}
	var keys struct {
		AccessKeyId string
		Expiration  time.Time
	}
	must(json.Unmarshal([]byte(text), &keys))
	expires[keys.AccessKeyId] = keys.Expiration
	return nil
}

func ok(what string) {
	fmt.Printf("%s %s: %s: ok\n", aws.SDKName, aws.SDKVersion, what)
}

func same(what string, found, wanted any) {
	check(reflect.DeepEqual(found, wanted), fmt.Sprintf("%s is %v, not %v", what, found, wanted))
}

func must(err error) {
	check(err == nil, fmt.Sprint(err))
}

func check(right bool, wrong string) {
	if !right {
		fmt.Fprintln(os.Stderr, "aws-sdk-go: "+wrong)
		os.Exit(1)
	}
}
