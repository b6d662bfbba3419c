{"Resources": {"Audit": {"Type": "AWS::CloudTrail::Trail"}}}
