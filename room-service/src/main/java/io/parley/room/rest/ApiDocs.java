// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import reactor.core.publisher.Mono;

/** The OpenAPI document in JSON and YAML, and a page to read and try it: Swagger UI, from our own class path. */
final class ApiDocs {
    private static final MediaType YAML = MediaType.parseMediaType("application/yaml");

    /** Scripts of ours alone; Swagger UI puts styles and pictures into its page. */
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

    private static final CacheControl FOR_AN_HOUR = CacheControl.maxAge(Duration.ofHours(1));
    private static final Set<String> SWAGGER_UI = Set.of("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png");

    // Made when somebody first asks, so that the start takes no longer.
    private final Supplier<byte[]> json;
    private final Supplier<byte[]> yaml;
    private final Supplier<String> swaggerUi = SingletonSupplier.of(ApiDocs::findSwaggerUi);

    ApiDocs(List<Operation.Group> groups) {
        json = SingletonSupplier.of(() -> Json.write(OpenApi.of(groups)));
        yaml = SingletonSupplier.of(() -> toYaml(OpenApi.of(groups)));
    }

    void addTo(RouterFunctions.Builder routes) {
        routes.GET("/v1/openapi.json", request -> document(MediaType.APPLICATION_JSON, json.get()));
        routes.GET("/v1/openapi.yaml", request -> document(YAML, yaml.get()));
        routes.GET("/v1/docs", request -> file(new ClassPathResource("docs.html", ApiDocs.class)));
        routes.GET("/v1/docs/docs.js", request -> file(new ClassPathResource("docs.js", ApiDocs.class)));
        routes.GET(
                "/v1/docs/{file}",
                request -> SWAGGER_UI.contains(request.pathVariable("file")),
                request -> file(new ClassPathResource(swaggerUi.get() + request.pathVariable("file"))));
    }

    private static Mono<ServerResponse> document(MediaType type, byte[] text) {
        return ServerResponse.ok().contentType(type).bodyValue(text);
    }

    private static Mono<ServerResponse> file(Resource resource) {
        return ServerResponse.ok()
                .contentType(MediaTypeFactory.getMediaType(resource).orElseThrow())
                .cacheControl(FOR_AN_HOUR)
                .header("Content-Security-Policy", POLICY)
                .bodyValue(resource);
    }

    /** The folder of the version that we have, which Swagger UI's jar names. */
    private static String findSwaggerUi() {
        Properties jar = new Properties();
        try (InputStream in =
                new ClassPathResource("META-INF/maven/org.webjars/swagger-ui/pom.properties").getInputStream()) {
            jar.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("Swagger UI is not on the class path", e);
        }
        return "META-INF/resources/webjars/swagger-ui/" + jar.getProperty("version") + "/";
    }

    private static byte[] toYaml(JsonObject document) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        // Through JSON, which has no objects that are one and the same: YAML would refer to them.
        return new Yaml(options)
                .dump(Json.tree(new String(Json.write(document), UTF_8)))
                .getBytes(UTF_8);
    }
}
