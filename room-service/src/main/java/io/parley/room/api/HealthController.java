// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.api;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The root, which load balancers ask. */
@RestController
public class HealthController {
    @RequestMapping(path = "/", produces = MediaType.TEXT_PLAIN_VALUE)
    String ok() {
        return "OK";
    }
}
