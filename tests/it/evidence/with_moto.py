"""Creates trails with generated selectors in moto, saves the outputs of boto3, and compares the verdicts on them with
those of the independent evaluation in this file. The argument is the program."""
import json, os, random, subprocess, sys, tempfile

binary = os.path.abspath(sys.argv[1])
os.chdir(tempfile.mkdtemp())
os.environ.update(AWS_ACCESS_KEY_ID='x',AWS_SECRET_ACCESS_KEY='x',AWS_DEFAULT_REGION='us-east-1')
from moto import mock_aws
import boto3
random.seed(7)
def gen():
    if random.random()<.5:
        return dict(EventSelectors=[dict(ReadWriteType=random.choice(['All','ReadOnly','WriteOnly']),IncludeManagementEvents=random.random()<.8,DataResources=[],ExcludeManagementEventSources=random.choice([[],['kms.amazonaws.com'],['kms.amazonaws.com','rdsdata.amazonaws.com']])) for _ in range(random.randint(1,3))])
    def adv():
        if random.random()<.25: return dict(Name='d',FieldSelectors=[dict(Field='eventCategory',Equals=['Data']),dict(Field='resources.type',Equals=['AWS::S3::Object'])])
        f=[dict(Field='eventCategory',Equals=['Management'])]
        if random.random()<.4: f.append(dict(Field='readOnly',Equals=[random.choice(['true','false'])]))
        if random.random()<.3: f.append(dict(Field='eventSource',NotEquals=['kms.amazonaws.com']))
        return dict(Name='m',FieldSelectors=f)
    return dict(AdvancedEventSelectors=[adv() for _ in range(random.randint(1,3))])
CELLS={(rw,s) for rw in 'rw' for s in ('kms','rds','other')}
def cov(s):
    got=set()
    for e in s.get('EventSelectors') or []:
        if not e['IncludeManagementEvents']: continue
        c={x for x in CELLS if e['ReadWriteType']=='All' or x[0]==('r' if e['ReadWriteType']=='ReadOnly' else 'w')}
        for ex in e['ExcludeManagementEventSources']: c={x for x in c if x[1]!=('kms' if 'kms' in ex else 'rds')}
        got|=c
    for e in s.get('AdvancedEventSelectors') or []:
        c=set(CELLS)
        for f in e['FieldSelectors']:
            if f['Field']=='eventCategory' and f['Equals']!=['Management']: c=set()
            if f['Field']=='readOnly': c={x for x in c if x[0]==('r' if f['Equals']==['true'] else 'w')}
            if f['Field']=='eventSource': c={x for x in c if x[1]!='kms'}
        got|=c
    return got
with mock_aws():
    ct=boto3.client('cloudtrail'); s3=boto3.client('s3'); s3.create_bucket(Bucket='example-logs-x')
    exp={}; os.makedirs('moto/ev')
    for i in range(60):
        n=f't-{i:03}'
        ct.create_trail(Name=n,S3BucketName='example-logs-x',IsMultiRegionTrail=random.random()<.6,EnableLogFileValidation=random.random()<.5,IncludeGlobalServiceEvents=True)
        on=random.random()<.6
        if on: ct.start_logging(Name=n)
        sel=gen() if random.random()<.8 else None
        if sel: ct.put_event_selectors(TrailName=n,**sel)
        st=ct.get_trail_status(Name=n); gs=ct.get_event_selectors(TrailName=n)
        d=f'moto/ev/us-east-1/{n}'; os.makedirs(d)
        json.dump(st,open(d+'/status.json','w'),default=str); json.dump(gs,open(d+'/selectors.json','w'),default=str,indent=1)
        t=[x for x in ct.describe_trails()['trailList'] if x['Name']==n][0]
        c=cov(gs) if (gs.get('EventSelectors') or gs.get('AdvancedEventSelectors')) else set(CELLS)
        E='unknown' if not (gs.get('EventSelectors') or gs.get('AdvancedEventSelectors')) and t.get('HasCustomEventSelectors') else None
        exp[t['TrailARN']]={'single-region-trail':t['IsMultiRegionTrail'],'stopped-trail':on,'unvalidated-logs':t['LogFileValidationEnabled'],'E':E or (c==CELLS)}
    json.dump(ct.describe_trails(),open('moto/ev/describe-trails.json','w'),default=str,indent=1)
os.makedirs('moto/none')
out=subprocess.run([binary,'check','--no-config','--evidence','ev','none','--format','json'],cwd='moto',capture_output=True,text=True)
rep=json.loads(out.stdout); bad=0; n=0
for d in rep['deployments']:
    for t in d['trails']:
        e=exp.pop(t['address'])
        for r,v in e.items():
            got=t['rules'].get(r) if r!='E' else ('fail' if 'fail' in (t['rules']['missing-management-events'],t['rules']['excluded-event-sources']) else 'unknown' if 'unknown' in (t['rules']['missing-management-events'],t['rules']['excluded-event-sources']) else 'pass')
            want={True:'pass',False:'fail'}.get(v,v); n+=1
            if got!=want: bad+=1; print(t['address'],r,want,got)
assert not exp and n == 240, (exp, n)
print(f'{n} verdicts compared')
sys.exit(bad > 0)
