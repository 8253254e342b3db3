wrk.method = "POST"
wrk.path = "/api/image-queue/remove-bg-queue"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"recordId":17,"projectId":"p","photoUrl":"https://example.com/photos/17.jpg","vendorId":"v1"}'
